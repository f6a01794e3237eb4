import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { ListenError } from '../../src/errors.js';
import type { ExpositionFormat } from '../../src/exporter/exposition.js';
import { type MetricsServer, serveMetrics } from '../../src/exporter/server.js';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function serve(
  page: (format: ExpositionFormat) => Promise<string> = async (format) => `page in ${format}\n`,
  onFailure: (error: unknown) => void = () => {},
): Promise<MetricsServer> {
  const server = await serveMetrics(LOOPBACK, page, onFailure);
  opened.push(server);
  return server;
}

function get(server: MetricsServer, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.address.port}${path}`, init);
}

/** A client of our own making, and all that it has been answered. */
interface Client {
  readonly socket: Socket;
  answer: string;
  isClosed: boolean;
}

async function client(server: MetricsServer): Promise<Client> {
  const socket = connect(server.address.port, '127.0.0.1');
  const made: Client = { socket, answer: '', isClosed: false };
  socket.on('error', () => {});
  socket.on('close', () => {
    made.isClosed = true;
  });
  socket.setEncoding('latin1').on('data', (text) => {
    made.answer += text;
  });
  opened.push({ close: () => socket.destroy() });
  await once(socket, 'connect');
  return made;
}

async function closed(one: Client): Promise<string> {
  if (!one.isClosed) await once(one.socket, 'close');
  return one.answer;
}

test('metrics are served in the format that was asked for', async () => {
  const server = await serve();
  const plain = await get(server, '/metrics');
  const open = await get(server, '/metrics?debug=1', {
    headers: { accept: 'application/openmetrics-text' },
  });

  expect(plain.status).toBe(200);
  expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await plain.text()).toBe('page in text\n');
  expect(open.headers.get('content-type')).toMatch(
    /^application\/openmetrics-text; version=1\.0\.0/,
  );
  expect(await open.text()).toBe('page in openmetrics\n');
});

test('the root has a link to the metrics', async () => {
  const response = await get(await serve(), '/');

  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await response.text()).toContain('href="/metrics"');
});

test('HEAD has the headers of GET and no body', async () => {
  const response = await get(await serve(), '/metrics', { method: 'HEAD' });

  expect(response.status).toBe(200);
  expect(response.headers.get('content-length')).toBe('13');
  expect(await response.text()).toBe('');
});

test.each([
  '/metrics/',
  '/metric',
  '/../etc/passwd',
  '/%2e%2e/etc/passwd',
  '//etc/passwd',
  '/favicon.ico',
])('%s is not found', async (path) => {
  const one = await client(await serve());
  one.socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

  expect(await closed(one)).toMatch(/^HTTP\/1\.1 404 /);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not allowed', async (method) => {
  const response = await get(await serve(), '/metrics', {
    method,
    ...(method === 'POST' ? { body: 'x'.repeat(1_000_000) } : {}),
  });

  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
});

test.each(['CONNECT example.org:80', 'TRACE /metrics', 'NONSENSE /metrics', '\u0016\u0003\u0001'])(
  'a request %j gets no page',
  async (line) => {
    const one = await client(await serve());
    one.socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

    expect(await closed(one)).not.toContain('page in');
  },
);

test('headers of more than 8 KiB are refused', async () => {
  const one = await client(await serve());
  one.socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(9_000)}\r\n\r\n`);

  expect(await closed(one)).toMatch(/^HTTP\/1\.1 431 /);
});

test('200 clients that send a byte a second hold nobody up, and have to go after 5 s', async () => {
  const server = await serve();
  const slow = await Promise.all(Array.from({ length: 200 }, () => client(server)));
  const request = 'GET /metrics HTTP/1.1\r\nHost: example.org\r\n';
  let sent = 0;
  const trickle = setInterval(() => {
    const byte = request[sent++ % request.length] ?? 'x';
    for (const { socket } of slow) if (!socket.destroyed) socket.write(byte);
  }, 1_000);
  opened.push({ close: () => clearInterval(trickle) });

  const begun = performance.now();
  for (let scrape = 0; scrape < 20; scrape += 1) {
    expect(await (await get(server, '/metrics')).text()).toBe('page in text\n');
    await sleep(50);
  }
  expect(performance.now() - begun).toBeLessThan(4_000);
  await Promise.all(slow.map(closed));
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test('however many connect and say nothing, there is room for one who asks', async () => {
  const server = await serve();
  const silent = await Promise.all(Array.from({ length: 400 }, () => client(server)));

  expect(await (await get(server, '/metrics')).text()).toBe('page in text\n');
  expect(silent.filter(({ isClosed }) => isClosed).length).toBeGreaterThanOrEqual(400 - 256);
});

test('a client that does not take its answer has to go', async () => {
  const server = await serve(async () => 'x'.repeat(50_000_000));
  const one = await client(server);
  one.socket.pause();
  one.socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  const begun = performance.now();
  // What fits into the buffers in between is there to be read; then the connection is reset.
  await sleep(10_500);
  one.socket.resume();
  await closed(one);

  expect(one.answer.length).toBeLessThan(50_000_000);
  expect(performance.now() - begun).toBeLessThan(15_000);
}, 30_000);

test('what goes wrong with a page is told, and costs that client its answer', async () => {
  const failures: unknown[] = [];
  const server = await serve(
    () => Promise.reject(new Error('a bug')),
    (error) => failures.push(error),
  );

  await expect(get(server, '/metrics')).rejects.toThrow();
  expect(failures).toEqual([new Error('a bug')]);
});

test('closing does not wait for clients, nor for a page that is under way', async () => {
  const server = await serve(() => sleep(300, 'late'));
  const idle = await client(server);
  const asking = await client(server);
  asking.socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  await sleep(50);

  const begun = performance.now();
  await server.close();
  expect(performance.now() - begun).toBeLessThan(200);
  await Promise.all([closed(idle), closed(asking)]);
  await sleep(400);
});

test('a port that is taken is said', async () => {
  const { address } = await serve();

  await expect(
    serveMetrics(
      { host: '127.0.0.1', port: address.port },
      async () => '',
      () => {},
    ),
  ).rejects.toThrow(new ListenError(`127.0.0.1:${address.port}`, 'address already in use'));
});

test('a host that is not ours is said', async () => {
  await expect(
    serveMetrics(
      { host: '192.0.2.1', port: 0 },
      async () => '',
      () => {},
    ),
  ).rejects.toThrow(/^can't listen on 192\.0\.2\.1:0: address not available$/);
});
