import {
  AlreadyTracedError,
  ENDED_MEANWHILE,
  type IcountError,
  NoSuchProcessError,
  NotPermittedError,
} from '../errors.js';
import { printable } from '../text/printable.js';
import { isExiting, type ProcessFacts, readArguments, readFamily } from './process.js';
import { readThreads, tracerOf } from './threads.js';
import { readTraceFacts, type Surroundings, type TraceFacts } from './trace-facts.js';

/** Why the kernel refused to let us look into a process or trace it. To be called after it did. */
export async function explainRefusal(target: ProcessFacts): Promise<IcountError> {
  if (isExiting(target.pid)) return new NoSuchProcessError(target.pid, ENDED_MEANWHILE);
  const tracer = tracerOf(readThreads(target.pid));
  if (tracer !== undefined) return await alreadyTraced(target.pid, tracer);
  return notPermitted(await readTraceFacts(target));
}

/** The error for a process that has a tracer, which is named. */
export async function alreadyTraced(pid: number, tracerPid: number): Promise<AlreadyTracedError> {
  const argv = await readArguments(tracerPid);
  const isOurs = argv.some((argument) => argument.endsWith(OUR_SETTINGS));
  const watcher = isOurs ? starterOf(tracerPid) : undefined;
  if (watcher !== undefined) {
    return new AlreadyTracedError(pid, `watched by another icount-gdb, process ${watcher}`);
  }
  const command = argv.length === 0 ? '' : ` (${printable(argv.join(' ').slice(0, 80))})`;
  return new AlreadyTracedError(pid, `traced by process ${tracerPid}${command}`);
}

/** Who started a gdb of ours, which has a process group of its own; undefined if it has gone. */
function starterOf(gdbPid: number): number | undefined {
  const group = readFamily(gdbPid)?.group;
  let pid: number | undefined = gdbPid;
  while (pid !== undefined && readFamily(pid)?.group === group) pid = readFamily(pid)?.parent;
  return pid === undefined || pid <= 1 ? undefined : pid;
}

/** What every gdb of ours is given. */
const OUR_SETTINGS = '/gdb-scripts/session.gdb';

/**
 * The first of the kernel's rules that the facts break, in the order in which it asks them
 * (`ptrace_may_access` and `yama_ptrace_access_check`), with what to do about it in this place.
 */
export function notPermitted(facts: TraceFacts): NotPermittedError {
  const { pid, ownUid, targetUid, capable, yamaScope: scope } = facts;
  if (!capable && ownUid === 0) {
    return new NotPermittedError(
      pid,
      'we are root, but without the capability CAP_SYS_PTRACE, as in most containers',
      withCapability(facts),
    );
  }
  if (!capable && targetUid !== ownUid) {
    return new NotPermittedError(
      pid,
      `it runs as user ${targetUid} and we as user ${ownUid}, without the capability CAP_SYS_PTRACE`,
      asRoot(facts, 'run as that user or as root'),
    );
  }
  if (!capable && facts.targetHasMore) {
    return new NotPermittedError(
      pid,
      'it has capabilities that we lack, and we have no CAP_SYS_PTRACE',
      asRoot(facts, 'run as root'),
    );
  }
  if (scope === 3) {
    return new NotPermittedError(
      pid,
      '/proc/sys/kernel/yama/ptrace_scope is 3, which forbids tracing to everyone until the next boot',
      'boot the host with another kernel.yama.ptrace_scope',
    );
  }
  if (!capable && scope === 2) {
    return new NotPermittedError(
      pid,
      '/proc/sys/kernel/yama/ptrace_scope is 2, which forbids tracing without the capability CAP_SYS_PTRACE',
      asRoot(facts, 'run as root'),
    );
  }
  if (!capable && scope === 1) {
    return new NotPermittedError(
      pid,
      '/proc/sys/kernel/yama/ptrace_scope is 1, which forbids tracing of processes that are not our children',
      `${asRoot(facts, 'run as root')}; or allow it on the host: sudo sysctl kernel.yama.ptrace_scope=0`,
    );
  }
  const suspects = [
    ...(facts.filtered ? ['a seccomp filter is on us and may forbid ptrace'] : []),
    ...(capable
      ? ['the process may be in another user namespace']
      : ['the process may have gained privileges']),
    'a security module (SELinux, AppArmor) may forbid ptrace',
  ];
  return new NotPermittedError(
    pid,
    `the kernel refused though ${capable ? 'we have CAP_SYS_PTRACE' : 'the process is ours'}; ${suspects.join(', or ')}`,
    facts.place === 'host' && capable
      ? 'see what dmesg says of it'
      : asRoot(facts, 'run as root on the host'),
  );
}

const DOCKER = 'docker run --cap-add=SYS_PTRACE …';
const PODMAN = 'podman run --cap-add=SYS_PTRACE …';
const KUBERNETES = 'securityContext.capabilities.add: ["SYS_PTRACE"]';

/** How root gets the capability. A bare host does not take it from root: we don't see where we are. */
function withCapability({ pid, place }: TraceFacts): string {
  const remedies: Readonly<Record<Surroundings, string>> = {
    docker: `start the container with it: ${DOCKER}`,
    podman: `start the container with it: ${PODMAN}`,
    kubernetes: `give the container ${KUBERNETES}`,
    host: `start the container with it: ${DOCKER}, or in Kubernetes ${KUBERNETES}`,
  };
  return `${remedies[place]}; or run on the host: ${place === 'host' ? `sudo icount-gdb ${pid}` : 'sudo icount-gdb with the pid there'}`;
}

function asRoot(facts: TraceFacts, what: string): string {
  return facts.place === 'host'
    ? `${what}: sudo icount-gdb ${facts.pid}`
    : `${what}, and ${withCapability(facts)}`;
}
