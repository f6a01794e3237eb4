import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ListenError } from '../errors.js';
import { systemWords } from '../text/system-error.js';
import { formatFor } from './accept.js';
import { contentTypes, type ExpositionFormat } from './exposition.js';
import { type ListenAddress, listenText } from './listen.js';

/** How long a request may take, from its first byte. Ours are a line and some headers. */
const REQUEST_MS = 5_000;
/** How long a client may take to read an answer. Prometheus itself gives up after 10 s. */
const ANSWER_MS = 10_000;
/** For the next request over the same connection: Prometheus scrapes every minute or more often. */
const KEEP_ALIVE_MS = 90_000;
/** A request of Prometheus has some 500 bytes of headers. */
const MAX_HEADER_BYTES = 8_192;
/** Beyond so many connections, the one that was idle or unfinished for longest has to go. */
const MAX_CONNECTIONS = 256;

const INDEX = `<!doctype html>
<title>icount-gdb</title>
<p>Guest instruction counts, for Prometheus: <a href="/metrics">metrics</a></p>
`;

/** A server of metrics that answers. */
export interface MetricsServer {
  readonly address: AddressInfo;
  /** Lets go of every client at once. */
  close(): Promise<void>;
}

/**
 * Serves what `page` gives at /metrics, a link to it at /, and nothing else.
 *
 * Whoever can connect can ask, so nothing that a client does may cost another its answer: what it
 * sends is bounded in size and time, and so are the answers that it does not take.
 *
 * `onFailure` is told what `page` throws; that client gets no answer.
 *
 * @throws ListenError
 */
export async function serveMetrics(
  listen: ListenAddress,
  page: (format: ExpositionFormat) => Promise<string>,
  onFailure: (error: unknown) => void,
): Promise<MetricsServer> {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: 1_000,
  });
  const connections = new Connections(MAX_CONNECTIONS);
  server.on('connection', (socket) => connections.add(socket));
  server.on('request', (request, response) => {
    connections.hasAsked(request.socket);
    answer(request, response, page).catch((error: unknown) => {
      response.destroy();
      onFailure(error);
    });
  });
  const address = await listening(server, listen);
  return {
    address,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  page: (format: ExpositionFormat) => Promise<string>,
): Promise<void> {
  const [path] = (request.url ?? '').split('?', 1);
  // What comes after the headers is of no use to us, and not waited for.
  if (hasBody(request)) response.setHeader('Connection', 'close');
  if (path !== '/' && path !== '/metrics') {
    send(response, 404, 'text/plain; charset=utf-8', 'not found: there is /metrics\n');
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    send(response, 405, 'text/plain; charset=utf-8', 'only GET and HEAD\n');
  } else if (path === '/') {
    send(response, 200, 'text/html; charset=utf-8', INDEX);
  } else {
    const format = formatFor(request.headers.accept);
    response.setHeader('Vary', 'Accept');
    send(response, 200, contentTypes[format], await page(format));
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    'X-Content-Type-Options': 'nosniff',
  });
  const tooSlow = setTimeout(() => response.destroy(), ANSWER_MS);
  response.once('close', () => clearTimeout(tooSlow));
  response.end(bytes);
}

/** The connections that there are, the one that has been of no use for longest first. */
class Connections {
  readonly #most: number;
  readonly #sockets = new Set<Socket>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Makes room where there is none: a client that has not asked yet is slow, or only pretends. */
  add(socket: Socket): void {
    const [oldest] = this.#sockets;
    if (oldest !== undefined && this.#sockets.size >= this.#most) {
      this.#sockets.delete(oldest);
      oldest.destroy();
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  hasAsked(socket: Socket): void {
    if (this.#sockets.delete(socket)) this.#sockets.add(socket);
  }
}

/** @throws ListenError */
async function listening(server: Server, { host, port }: ListenAddress): Promise<AddressInfo> {
  try {
    server.listen({ ...(host === undefined ? {} : { host }), port });
    await once(server, 'listening');
  } catch (error) {
    throw new ListenError(listenText({ host, port }), systemWords(error));
  }
  // From now on it is a connection that can't be taken, for want of descriptors: the next one may.
  server.on('error', () => {});
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address;
}
