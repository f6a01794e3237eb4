import { readTextNow } from './process.js';

/** A cgroup that keeps its processes from running, and how it is told to let them. */
export interface FrozenCgroup {
  /** Its path in the hierarchy: `/system.slice/docker-….scope`. */
  readonly path: string;
  /** A command that thaws it. */
  readonly remedy: string;
}

/**
 * The frozen cgroup that a process, or one thread of it, is in: its own or one above. Undefined if there
 * is none to be seen; from within a container an outer one may not be.
 *
 * Version 2 (Documentation/admin-guide/cgroup-v2.rst) has `cgroup.freeze`, version 1
 * (cgroup-v1/freezer-subsystem.rst) `freezer.state`, of which `freezer.self_freezing` says whether it is
 * this cgroup's own. What is about to freeze counts as frozen.
 */
export function frozenCgroup(pid: number, tid = pid): FrozenCgroup | undefined {
  const membership = readTextNow(`/proc/${pid}/task/${tid}/cgroup`);
  if (membership === undefined) return undefined;
  for (const { path, version } of parseMembership(membership)) {
    for (const mount of cgroupMounts().filter((one) => one.version === version)) {
      for (const above of pathsUp(path)) {
        const directory = directoryOf(mount, above);
        if (directory !== undefined && isFrozen(directory, version)) {
          const remedy = version === 2 ? '0 > cgroup.freeze' : 'THAWED > freezer.state';
          return { path: above, remedy: `echo ${remedy.replace('> ', `> ${directory}/`)}` };
        }
      }
    }
  }
  return undefined;
}

/** The same for all processes that are looked at, and seldom another: as of a second ago at most. */
let mounts: { readonly readAtMs: number; readonly list: readonly CgroupMount[] } | undefined;

function cgroupMounts(): readonly CgroupMount[] {
  const nowMs = performance.now();
  if (mounts === undefined || nowMs - mounts.readAtMs > 1000) {
    const list = parseMounts(readTextNow('/proc/self/mountinfo') ?? '');
    mounts = { readAtMs: nowMs, list };
  }
  return mounts.list;
}

function isFrozen(directory: string, version: 1 | 2): boolean {
  const file = version === 2 ? 'cgroup.freeze' : 'freezer.self_freezing';
  return readTextNow(`${directory}/${file}`)?.trim() === '1';
}

interface Membership {
  readonly path: string;
  readonly version: 1 | 2;
}

/** The lines of /proc/PID/cgroup that can freeze (cgroups(7)): `6:freezer:/a/b`, `0::/a/b`. */
export function parseMembership(text: string): readonly Membership[] {
  return text.split('\n').flatMap((line): readonly Membership[] => {
    const [, id, controllers = '', path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (id === '0') return [{ path, version: 2 }];
    return controllers.split(',').includes('freezer') ? [{ path, version: 1 }] : [];
  });
}

/** Where a hierarchy that can freeze is mounted, and which part of it. */
export interface CgroupMount {
  readonly version: 1 | 2;
  readonly root: string;
  readonly directory: string;
}

/** /proc/PID/mountinfo (proc_pid_mountinfo(5)): root and directory are fields 4 and 5, the type comes after ` - `. */
export function parseMounts(text: string): readonly CgroupMount[] {
  // Of hundreds of mounts on a host of containers.
  const lines = text.split('\n').filter((line) => line.includes(' - cgroup'));
  return lines.flatMap((line): readonly CgroupMount[] => {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , , root, directory] = before.split(' ').map(unescapeOctal);
    const [type, , options = ''] = after.split(' ');
    if (root === undefined || directory === undefined) return [];
    if (type === 'cgroup2') return [{ version: 2, root, directory }];
    return type === 'cgroup' && options.split(',').includes('freezer')
      ? [{ version: 1, root, directory }]
      : [];
  });
}

/** Blanks and backslashes in names are written `\040` and the like. */
function unescapeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** `/a/b`, `/a` and `/`. */
function pathsUp(path: string): readonly string[] {
  const names = path.split('/').filter((name) => name !== '');
  return [...names.keys()].map((count) => `/${names.slice(0, names.length - count).join('/')}`);
}

/** Undefined for a cgroup that lies outside of what is mounted. */
function directoryOf({ root, directory }: CgroupMount, path: string): string | undefined {
  if (path.split('/').includes('..')) return undefined;
  if (root === '/') return `${directory}${path}`;
  if (path !== root && !path.startsWith(`${root}/`)) return undefined;
  return `${directory}${path.slice(root.length)}`;
}
