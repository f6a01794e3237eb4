/**
 * Kills gdb and icount-gdb at random moments for as long as asked, and looks after each time
 * whether the guest runs on and nothing is left behind.
 *
 *   npm run soak -- --minutes 20
 *
 * ICOUNT_SOAK_SEED repeats the choices of a run; their timing is the machine's. Ends with 1 if a
 * guest was left stopped or died, or a process was left behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Freezer } from './freezer.mjs';
import { Guest, kindNames, main } from './guests.mjs';
import { becomes, gdbOf, processesMarked, residentMb, send, troubleOf } from './processes.mjs';

/** Longer than any timeout of icount-gdb. */
const END_LIMIT_MS = 90_000;
const RECOVERY_LIMIT_MS = 5_000;
/** One guest at a time, since each keeps a processor busy, and each for so many cycles. */
const CYCLES_PER_GUEST = 12;

const faults = {
  'SIGKILL to gdb': (run) => killGdb(run, 'SIGKILL'),
  'SIGTERM to gdb': (run) => killGdb(run, 'SIGTERM'),
  'SIGSEGV to gdb': (run) => killGdb(run, 'SIGSEGV'),
  'SIGKILL to gdb, time and again': killGdbRepeatedly,
  'SIGKILL to icount-gdb': (run) => signal(run, ['SIGKILL']),
  'SIGKILL to both': killBoth,
  'SIGINT to icount-gdb': (run) => signal(run, ['SIGINT']),
  'SIGTERM to icount-gdb': (run) => signal(run, ['SIGTERM']),
  'SIGHUP, twice, to icount-gdb': (run) => signal(run, ['SIGHUP', 'SIGHUP']),
  'SIGINT to icount-gdb, SIGKILL to gdb': leaveWithoutGdb,
  'its end in time': async () => {},
  'frozen and thawed (v1)': (run) => frozenWhile(1, run, async () => {}),
  'frozen and thawed (v2)': (run) => frozenWhile(2, run, async () => {}),
  'frozen, SIGKILL to gdb (v1)': (run) => frozenWhile(1, run, () => endGdb(run)),
  'frozen, SIGKILL to gdb (v2)': (run) => frozenWhile(2, run, () => endGdb(run)),
  'frozen, SIGKILL to both (v1)': (run) => frozenWhile(1, run, () => endBoth(run)),
  'frozen, SIGKILL to both (v2)': (run) => frozenWhile(2, run, () => endBoth(run)),
  'frozen, SIGKILL to icount-gdb (v1)': (run) => frozenWhile(1, run, () => end(run, 'SIGKILL')),
  'frozen, SIGKILL to icount-gdb (v2)': (run) => frozenWhile(2, run, () => end(run, 'SIGKILL')),
  'frozen, SIGINT to icount-gdb (v1)': (run) => frozenWhile(1, run, () => end(run, 'SIGINT')),
  'frozen, SIGINT to icount-gdb (v2)': (run) => frozenWhile(2, run, () => end(run, 'SIGINT')),
};
/** It takes seconds, so it is not the turn of it as often. */
const slowFaults = { 'SIGSTOP to gdb': (run) => killGdb(run, 'SIGSTOP') };
const SLOW_ONE_IN = 60;

/** Who takes the samples, and how often. */
const paces = [
  ['250us', 'gdb'],
  ['1ms', 'gdb'],
  ['5ms', 'gdb'],
  ['200ms', 'gdb'],
  ['5ms', 'mi'],
];

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' } } });
const minutes = Number(values.minutes);
const seed = Number(process.env['ICOUNT_SOAK_SEED'] ?? Date.now() % 2 ** 32);
const random = generator(seed);
console.log(`seed ${seed}: ${minutes} minutes`);

const failures = { 'stuck guests': 0, 'dead guests': 0, orphans: 0, 'runs without end': 0 };
const cycles = new Map();
const freezers = { 1: new Freezer(1), 2: new Freezer(2) };
let guest;
const companion = await startCompanion();
const endAt = performance.now() + minutes * 60_000;
let nextReportAt = 0;

while (performance.now() < endAt) {
  if (total() % CYCLES_PER_GUEST === 0 || guest === undefined) {
    guest?.end();
    guest = await Guest.start(pick(kindNames));
  }
  await cycle(random(SLOW_ONE_IN) === 0 ? slowFaults : faults);
  if (performance.now() > nextReportAt) {
    nextReportAt = performance.now() + 60_000;
    companion.look();
    console.log(`${new Date().toISOString()} ${total()} cycles, ${companion.text()}`);
  }
}

console.log('');
for (const [name, count] of [...cycles].sort())
  console.log(`${String(count).padStart(7)}  ${name}`);
console.log(`${String(total()).padStart(7)}  cycles in all`);
for (const [name, count] of Object.entries(failures)) {
  console.log(`${String(count).padStart(7)}  ${name}`);
}
companion.look();
console.log(`a poll at 1 ms all the while: ${companion.text()}`);
const isSound = await companion.end();
guest?.end();
for (const freezer of Object.values(freezers)) await freezer.remove();
process.exitCode = isSound && Object.values(failures).every((count) => count === 0) ? 0 : 1;

/** One run of icount-gdb, one fault, one look. */
async function cycle(table) {
  const fault = pick(Object.keys(table));
  const name = `${guest.name}: ${fault}`;
  const mark = `ICOUNT_SOAK_MARK=${process.pid}.${total()};`;
  const run = startRun(mark);
  await table[fault](run);
  const details = [];
  if (!(await becomes(() => run.hasEnded, END_LIMIT_MS, 10))) {
    fail('runs without end', details);
    send(run.pid, 'SIGKILL');
  }
  if (!(await becomes(() => processesMarked(mark).length === 0, RECOVERY_LIMIT_MS, 30))) {
    fail('orphans', details);
    for (const orphan of processesMarked(mark)) send(orphan, 'SIGKILL');
  }
  if (!guest.isAlive) {
    fail('dead guests', details);
  } else {
    const before = guest.counter();
    const runsOn = () => troubleOf(guest.pid) === '' && guest.counter() > before;
    if (!(await becomes(runsOn, RECOVERY_LIMIT_MS))) {
      fail('stuck guests', details);
      details.push(troubleOf(guest.pid) || 'the counter does not move');
    }
  }
  if (details.length > 0) {
    console.log(`cycle ${total()}, ${name}: ${details.join(', ')}\n${run.said.slice(-5000)}`);
    guest.end();
    guest = undefined;
  }
  cycles.set(name, (cycles.get(name) ?? 0) + 1);
}

function fail(what, details) {
  failures[what] += 1;
  details.push(what);
}

function startRun(mark) {
  const [variable, value] = mark.slice(0, -1).split('=');
  const [interval, sampler] = pick(paces);
  const args = [
    ...[main, guest.pid, '--interval', interval, '--sampler', sampler],
    ...['--duration', '300ms', '--verbose'],
  ];
  const child = spawn(process.execPath, args.map(String), {
    env: { ...process.env, [variable]: `${value};` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const run = {
    pid: child.pid,
    said: '',
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
  };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    run.said += text;
  });
  return run;
}

/** At any time in the life of gdb, and as often within the few milliseconds of its attach. */
async function randomMoment(run) {
  if (random(2) === 0) {
    await becomes(() => run.said.includes('attach ') || run.hasEnded, END_LIMIT_MS);
    await sleep(random(12));
  } else {
    await becomes(() => gdbOf(run.pid) !== undefined || run.hasEnded, END_LIMIT_MS);
    await sleep(random(600));
  }
}

async function killGdb(run, signal) {
  await randomMoment(run);
  const gdb = gdbOf(run.pid);
  if (gdb !== undefined) send(gdb, signal);
}

async function killGdbRepeatedly(run) {
  for (let kills = 2 + random(4); kills > 0 && !run.hasEnded; kills -= 1) {
    await killGdb(run, 'SIGKILL');
  }
}

async function signal(run, signals) {
  await randomMoment(run);
  for (const one of signals) {
    send(run.pid, one);
    await sleep(random(20));
  }
}

async function leaveWithoutGdb(run) {
  await signal(run, ['SIGINT']);
  const gdb = gdbOf(run.pid);
  if (gdb !== undefined) send(gdb, 'SIGKILL');
}

/** At any moment the guest is frozen, for a while, in which something else happens. */
async function frozenWhile(version, run, fault) {
  const freezer = freezers[version];
  await randomMoment(run);
  freezer.freeze(guest.pid);
  await sleep(random(200));
  await fault();
  await sleep(random(200));
  freezer.thaw();
}

async function end(run, signal) {
  send(run.pid, signal);
}

async function endGdb(run) {
  const gdb = gdbOf(run.pid);
  if (gdb !== undefined) send(gdb, 'SIGKILL');
}

/** At any moment both are gone: gdb at once, or in the middle of its leave. */
async function killBoth(run) {
  await randomMoment(run);
  await endBoth(run, random(6));
}

async function endBoth(run, delayMs = 0) {
  const gdb = gdbOf(run.pid);
  send(run.pid, 'SIGKILL');
  if (delayMs > 0) await sleep(delayMs);
  if (gdb !== undefined) send(gdb, 'SIGKILL');
}

/** A poll at the shortest interval, for its memory. Its guest has no end. */
async function startCompanion() {
  const guest = await Guest.start('system mode, four vCPUs');
  const args = [main, String(guest.pid), '--interval', '1ms', '--format', 'jsonl', '--quiet'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const seen = { rows: 0, first: 0, last: 0, most: 0 };
  child.stdout.on('data', (chunk) => {
    for (const byte of chunk) if (byte === 0x0a) seen.rows += 1;
  });
  return {
    look() {
      if (seen.rows < 5_000) return;
      seen.last = residentMb(child.pid);
      seen.first ||= seen.last;
      seen.most = Math.max(seen.most, seen.last);
    },
    text: () =>
      `${seen.rows} rows, ${seen.first.toFixed(0)} MB at first, ${seen.last.toFixed(0)} MB now, ${seen.most.toFixed(0)} MB at most`,
    async end() {
      const wasAlive = child.exitCode === null;
      child.kill('SIGINT');
      const [status] = await ended;
      guest.end();
      if (!wasAlive || status !== 0) console.log(`the poll at 1 ms ended with ${status}`);
      return wasAlive && status === 0;
    },
  };
}

function total() {
  return [...cycles.values()].reduce((sum, count) => sum + count, 0);
}

function pick(names) {
  return names[random(names.length)];
}

/** Numbers from 0 to below `bound`, the same ones for the same seed (mulberry32). */
function generator(start) {
  let state = start;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
