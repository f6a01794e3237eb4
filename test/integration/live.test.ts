import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';
import { beforeAll, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { directoryOfFile } from '../fixtures/directory.ts';
import type { Guest } from '../fixtures/guest.ts';
import { startBusyHarts, startHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';
import { stateOf } from '../fixtures/process-status.ts';
import { readRecords } from '../fixtures/records.ts';
import { startSpin } from '../fixtures/running.ts';
import { startIcountInTerminal, startInTerminal, type Terminal } from '../fixtures/terminal.ts';
import { until } from '../fixtures/until.ts';

const ENTER = '\u001b[?1049h';
const LEAVE = '\u001b[?1049l';

let guest: Guest;
const folder = directoryOfFile();

beforeAll(async () => {
  guest = await startBusyHarts(4);
  return () => guest[Symbol.asyncDispose]();
});

function watch(...args: readonly string[]): Terminal {
  return startIcountInTerminal([guest.pid, '--live', '-i', '50ms', ...args]);
}

/** The lines of the last picture that is whole. */
function picture(terminal: Terminal): readonly string[] {
  const [before = ''] = terminal.text.split(LEAVE);
  const pictures = before.slice(before.indexOf(ENTER)).split('\u001b[?2026h');
  const last = pictures.findLast((text) => text.includes('\u001b[?2026l')) ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are control sequences
  const lines = last.split(/\u001b\[\d+;1H/).slice(1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are control sequences
  return lines.map((line) => line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, ''));
}

function shows(terminal: Terminal, text: string | RegExp): Promise<void> {
  return terminal.whenTold(String(text), () => {
    return picture(terminal).some((line) => line.search(text) >= 0);
  });
}

function expectRestored(terminal: Terminal): void {
  const [before, after] = terminal.settings();
  expect(after).toBe(before);
  const { text } = terminal;
  for (const [on, off] of [
    [ENTER, LEAVE],
    ['\u001b[?25l', '\u001b[?25h'],
    ['\u001b[?7l', '\u001b[?7h'],
  ] as const) {
    expect(text.lastIndexOf(off)).toBeGreaterThan(text.lastIndexOf(on));
  }
}

test('q ends the view; the terminal is as it was, and the summary stays on it', async () => {
  await using terminal = watch();
  await shows(terminal, 'cpu 3');
  const lines = picture(terminal);
  expect(lines[0]).toContain(`process ${guest.pid}`);
  expect(lines.some((line) => /\d+\.\d\d MIPS/.test(line))).toBe(true);
  expect(lines.some((line) => /[▁▂▃▄▅▆▇█]/.test(line))).toBe(true);

  terminal.type('q');

  expect(await terminal.status()).toBe(0);
  expectRestored(terminal);
  const after = terminal.text.slice(terminal.text.lastIndexOf(LEAVE));
  expect(after).toMatch(/instructions {2}# \d+\.\d\d MIPS/);
  expect(after).toContain('ended: interrupted');
});

test('Ctrl-C ends it in the same way', async () => {
  await using terminal = watch();
  await shows(terminal, 'cpu 3');

  terminal.type('\u0003');

  expect(await terminal.status()).toBe(0);
  expectRestored(terminal);
});

test('? shows help, p holds the picture, r begins the totals again', async () => {
  await using terminal = watch();
  await shows(terminal, 'cpu 3');

  terminal.type('?');
  await shows(terminal, 'begin the totals again');
  terminal.type('?');
  await shows(terminal, 'cpu 3');
  terminal.type('p');
  await shows(terminal, 'paused');
  terminal.type('p');
  await terminal.whenTold('no pause', () => !picture(terminal).join().includes('paused'));
  const seconds = (): number =>
    Number(/instructions in ([\d.]+) s/.exec(picture(terminal).join('\n'))?.[1]);
  await terminal.whenTold('a second', () => seconds() > 1);
  terminal.type('r');
  await terminal.whenTold('new totals', () => seconds() < 0.5);
  terminal.type('q');

  expect(await terminal.status()).toBe(0);
});

test('it fits a screen that has become smaller', async () => {
  await using terminal = watch();
  await shows(terminal, 'cpu 3');

  await terminal.resize(50, 8);

  await terminal.whenTold('a small picture', () => {
    const lines = picture(terminal);
    return lines.length <= 8 && lines.every((line) => Array.from(line).length <= 50);
  });
  terminal.type('q');
  expect(await terminal.status()).toBe(0);
});

test('Ctrl-Z gives the terminal back until it goes on', async () => {
  await using terminal = watch('-i', '1ms');
  const pid = await terminal.pid();
  await shows(terminal, 'cpu 3');

  terminal.type('\u001a');
  await until('the stop', () => stateOf(pid) === 'T');
  await terminal.whenTold('the old screen', () => terminal.text.includes(LEAVE));
  expectSwitches(terminal, [ENTER, LEAVE]);
  const { text } = terminal;
  process.kill(pid, 'SIGCONT');
  await terminal.whenTold('a picture', () => terminal.text.slice(text.length).includes('cpu 3'));
  expectSwitches(terminal, [ENTER, LEAVE, ENTER]);
  terminal.type('q');

  expect(await terminal.status()).toBe(0);
  expectRestored(terminal);
  expect(terminal.text).toMatch(/\d+ late ticks?/);
});

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('%s gives it back', async (signal) => {
  await using terminal = watch();
  await shows(terminal, 'cpu 3');

  process.kill(await terminal.pid(), signal);

  expect(await terminal.status()).toBe(0);
  expectRestored(terminal);
});

test('a guest that ends, ends it', async () => {
  await using mortal = await startSpin(pluginFile('array-with-pc'));
  await using terminal = startIcountInTerminal([mortal.pid, '--live', '-i', '50ms']);
  // Not the empty view, which is there before the counters have been read.
  await shows(terminal, /most \d/);

  mortal.child.kill('SIGKILL');

  expect(await terminal.status(), terminal.text).toBe(0);
  expectRestored(terminal);
  expect(terminal.text).toContain('ended: the guest was killed by SIGKILL');
});

test('a gdb that dies is replaced, and told of', async () => {
  await using terminal = watch();
  await shows(terminal, 'cpu 3');
  const pid = await terminal.pid();
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const gdb = Number(children.trim().split(' ')[0]);

  process.kill(gdb, 'SIGKILL');

  await shows(terminal, 'attached again');
  terminal.type('q');
  expect(await terminal.status()).toBe(0);
  expectRestored(terminal);
  const after = terminal.text.slice(terminal.text.lastIndexOf(LEAVE));
  expect(after).toMatch(/icount-gdb: .*attached again/);
});

test.each([
  { what: 'a bug of ours', last: 'throw new Error("boom")', status: 1 },
  { what: 'an exit in the middle', last: 'process.exit(3)', status: 3 },
])('$what gives the terminal back', async ({ last, status }) => {
  const module = join(folder, 'screen.js');
  const input = join(import.meta.dirname, '../../src/observers/live/screen.ts');
  await build({ input, platform: 'node', output: { file: module } });
  const script = `
    const { Screen } = await import(${JSON.stringify(module)});
    const ignore = () => {};
    const screen = new Screen(process.stdin, process.stdout, {
      onKey: ignore, onRedraw: ignore, onGone: ignore,
    });
    screen.open();
    screen.draw(['a picture']);
    setImmediate(() => { ${last}; });
  `;
  const command = [process.execPath, '--input-type=module', '--eval', script];
  await using terminal = startInTerminal(command);
  expect(await terminal.status()).toBe(status);
  expectRestored(terminal);
  const shown = terminal.text.slice(terminal.text.lastIndexOf(LEAVE));
  expect(shown.includes('boom')).toBe(last.includes('boom'));
});

test('rows go to the file of --output meanwhile', async () => {
  const file = join(folder, 'rows.jsonl');
  await using terminal = watch('-n', '3', '-f', 'jsonl', '-o', file);
  expect(await terminal.status()).toBe(0);
  expect(readRecords(readFileSync(file, 'utf8')).samples).toHaveLength(3);
});

test('a terminal that can do nothing is refused', async () => {
  await using terminal = startIcountInTerminal([1, '--live'], { env: { TERM: 'dumb' } });
  expect(await terminal.status()).toBe(2);
  expect(terminal.text).toContain('TERM is dumb');
});

test('what is no terminal is refused', async () => {
  const run = await icount([guest.pid, '--live']);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  expect(run.stderr).toContain('--live needs a terminal');
});

function expectSwitches(terminal: Terminal, switches: readonly string[]): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are control sequences
  expect(terminal.text.match(/\u001b\[\?1049[hl]/g)).toEqual(switches);
}

test('with --all a guest that starts later is shown, and its end', async () => {
  await using terminal = startIcountInTerminal(['--all', '--live', '-i', '50ms']);
  await shows(terminal, /\d+\.\d\d MIPS/);
  const late = await startSpin(pluginFile('array-with-pc'));
  await shows(terminal, new RegExp(`^ *${late.pid} .*\\d`));
  await late[Symbol.asyncDispose]();
  await shows(terminal, new RegExp(`^ *${late.pid} .*(ended|killed|gone)`));
  terminal.type('q');

  expect(await terminal.status()).toBe(0);
  expectRestored(terminal);
});

test('of several guests a tick is shown when all have had it', async () => {
  // At rest: their ticks come within milliseconds.
  await using one = await startHarts('scoreboard', { inline: true });
  await using other = await startHarts('scoreboard', { inline: true });
  await using terminal = startIcountInTerminal([one.pid, other.pid, '--live', '-i', '1s']);
  // Before the second tick. There is a least when all have had the first.
  await terminal.whenTold('the first tick of both', () => {
    const text = picture(terminal).join('\n');
    return /instructions in (0|1\.[0-4])/.test(text) && /mean [\d.]+ +least [\d.]+/.test(text);
  });
  terminal.type('q');

  expect(await terminal.status()).toBe(0);
});
