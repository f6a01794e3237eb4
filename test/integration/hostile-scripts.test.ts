import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, startFixed } from '../fixtures/fixed.ts';
import { icount } from '../fixtures/icount.ts';

// Each trap writes its name into a file of its own when gdb runs it.
const traps = {
  home: 'a .gdbinit in HOME',
  cwd: 'a .gdbinit in the current directory',
  beside: 'a .gdbinit beside the plugin',
  python: 'a libinsn.so-gdb.py beside the plugin',
  gdb: 'a libinsn.so-gdb.gdb beside the plugin',
  inside: 'a .debug_gdb_scripts section inside the plugin',
} as const;
type Trap = keyof typeof traps;

const directory = temporaryDirectory();
const place = (...names: readonly string[]) => join(directory.path, ...names);
const plugin = place('guest', 'libinsn.so');
const home = place('home');

beforeAll(() => {
  mkdirSync(place('markers'));
  mkdirSync(home);
  mkdirSync(place('cwd'));
  copyPlugin(plugin);
  writeFileSync(join(home, '.gdbinit'), inShell('home'));
  writeFileSync(place('cwd/.gdbinit'), inShell('cwd'));
  writeFileSync(place('guest/.gdbinit'), inShell('beside'));
  writeFileSync(`${plugin}-gdb.py`, inPython('python'));
  writeFileSync(`${plugin}-gdb.gdb`, inShell('gdb'));
  // SECTION_SCRIPT_ID_PYTHON_TEXT, a name, and the script (GDB manual, "dotdebug_gdb_scripts section").
  const section = place('section');
  writeFileSync(section, `\u0004inside\n${inPython('inside')}\0`);
  execFileSync('objcopy', ['--add-section', `.debug_gdb_scripts=${section}`, plugin]);
});

afterAll(() => {
  directory[Symbol.dispose]();
});

test('the traps snap where gdb is used without care', () => {
  const careless = ['-q', '-batch', '-iex', 'set auto-load safe-path /', '-ex', `file ${plugin}`];
  for (const cwd of [place('cwd'), place('guest')]) {
    execFileSync('gdb', careless, { cwd, env: { ...process.env, HOME: home }, stdio: 'ignore' });
  }

  expect(snapped()).toEqual(Object.keys(traps));
});

test('icount-gdb runs none of them', async () => {
  rmSync(place('markers'), { recursive: true });
  mkdirSync(place('markers'));
  await using guest = await startFixed(plugin);

  for (const cwd of ['cwd', 'guest']) {
    for (const args of [[guest.pid, '-i', '10ms', '-n', 2], ['inspect', guest.pid], ['doctor']]) {
      const { status, stderr } = await icount(args, {
        behind: ['env', '-C', place(cwd), `HOME=${home}`],
      });
      expect(status, stderr).toBe(0);
    }
  }
  expect(snapped()).toEqual([]);
});

function marker(trap: Trap): string {
  return place('markers', trap);
}

function inShell(trap: Trap): string {
  return `shell echo ${trap} > ${marker(trap)}\n`;
}

function inPython(trap: Trap): string {
  return `open('${marker(trap)}', 'w').write('${trap}')\n`;
}

function snapped(): readonly string[] {
  return Object.keys(traps).filter((trap) => {
    const file = place('markers', trap);
    return existsSync(file) && readFileSync(file, 'utf8').trim() === trap;
  });
}
