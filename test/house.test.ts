import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/**
 * The rooms of src from the top down, each with those that it may lean on. A room leans on those
 * below it only; what belongs to none lies beside them, and is for all.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  cli: ['commands', 'exporter', 'observers', 'guest', 'output', 'text'],
  commands: [
    ...['exporter', 'observers', 'output', 'guest', 'gdb', 'qemu'],
    ...['layout', 'sampler', 'proc', 'text'],
  ],
  exporter: ['text'],
  observers: ['output', 'guest', 'layout', 'sampler', 'text'],
  output: ['text'],
  guest: ['gdb', 'qemu', 'layout', 'sampler', 'proc', 'elf', 'memory.ts', 'text'],
  gdb: ['layout', 'sampler', 'proc', 'elf', 'mi', 'memory.ts', 'text'],
  qemu: ['layout', 'proc', 'elf', 'memory.ts', 'text'],
  layout: ['sampler', 'memory.ts'],
  sampler: [],
  proc: ['text'],
  elf: ['memory.ts'],
  mi: [],
  'memory.ts': [],
  text: [],
};
const FOR_ALL = ['clock.ts', 'errors.ts', 'messages.ts'];

const src = join(import.meta.dirname, '../src');
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort();

function roomOf(path: string): string {
  return path.split('/', 1)[0] ?? path;
}

/** The files that a file names in its imports, as paths below src. */
function importsOf(path: string): readonly string[] {
  const text = readFileSync(join(src, path), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport\()\s*'(\.[^']+)\.js'/g)].map(([, name = '']) =>
    relative(src, `${resolve(src, dirname(path), name)}.ts`),
  );
}

test('every room is in the plan, and its order has no way back up', () => {
  const rooms = Object.keys(ROOMS);
  const found = new Set(sources.map(roomOf).filter((room) => !FOR_ALL.includes(room)));

  expect([...found].sort()).toEqual([...rooms].sort());
  for (const [room, below] of Object.entries(ROOMS)) {
    for (const other of below) expect(rooms.indexOf(other)).toBeGreaterThan(rooms.indexOf(room));
  }
});

test('a room leans only on those that the plan allows', () => {
  const strays = sources.flatMap((path) => {
    const room = roomOf(path);
    const allowed = [room, ...(ROOMS[room] ?? []), ...FOR_ALL];
    return importsOf(path)
      .filter((other) => !allowed.includes(roomOf(other)))
      .map((other) => `${path} -> ${other}`);
  });

  expect(strays).toEqual([]);
});

test('no two files import each other, directly or around', () => {
  const settled = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way, path].join(' -> '));
    if (settled.has(path) || way.includes(path)) return;
    for (const other of importsOf(path)) visit(other, [...way, path]);
    settled.add(path);
  };
  for (const path of sources) visit(path, []);

  expect(circles).toEqual([]);
});

test('what a file exports says what it is', () => {
  const silent = sources.flatMap((path) => {
    const lines = readFileSync(join(src, path), 'utf8').split('\n');
    return lines.flatMap((line, at) => {
      const isExport = /^export (?:async )?(?:function|class|interface|type|const)\b/.test(line);
      return isExport && !lines[at - 1]?.endsWith('*/') ? [`${path}: ${line}`] : [];
    });
  });

  expect(silent).toEqual([]);
});
