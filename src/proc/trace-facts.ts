import { access } from 'node:fs/promises';
import { type ProcessFacts, readText, statusField } from './process.js';

/** CAP_SYS_PTRACE is bit 19 of the capability masks (linux/capability.h). */
const CAP_SYS_PTRACE_BIT = 1n << 19n;

/** Where we run, as far as it matters for who can give us a capability. */
export type Surroundings = 'host' | 'docker' | 'podman' | 'kubernetes';

/** What decides whether we may trace a process (ptrace(2), "Ptrace access mode checking"). */
export interface TraceFacts {
  readonly pid: number;
  readonly ownUid: number;
  readonly targetUid: number;
  /** Whether we have CAP_SYS_PTRACE. */
  readonly capable: boolean;
  /** Whether the process has capabilities that we lack: it may then only be traced with that one. */
  readonly targetHasMore: boolean;
  /** /proc/sys/kernel/yama/ptrace_scope; 0 where there is no Yama. */
  readonly yamaScope: number;
  /** Whether a seccomp filter is on us. */
  readonly filtered: boolean;
  readonly place: Surroundings;
}

/** Reads them for a process that may belong to anybody; what can not be read counts as 0. */
export async function readTraceFacts(target: ProcessFacts): Promise<TraceFacts> {
  const { pid } = target;
  const own = (await readText('/proc/self/status')) ?? '';
  const theirs = (await readText(`/proc/${pid}/status`)) ?? '';
  const scope = await readText('/proc/sys/kernel/yama/ptrace_scope');
  return {
    pid,
    ownUid: process.getuid?.() ?? 0,
    targetUid: target.uid,
    capable: (capabilities(own, 'CapEff') & CAP_SYS_PTRACE_BIT) !== 0n,
    targetHasMore: (capabilities(theirs, 'CapPrm') & ~capabilities(own, 'CapEff')) !== 0n,
    yamaScope: Number(scope ?? '0'),
    filtered: statusField(own, 'Seccomp') === '2',
    place: await findSurroundings(),
  };
}

function capabilities(status: string, name: string): bigint {
  return BigInt(`0x${statusField(status, name) || '0'}`);
}

/** By the marks that they leave in a container. */
async function findSurroundings(): Promise<Surroundings> {
  if (await exists('/var/run/secrets/kubernetes.io')) return 'kubernetes';
  if (await exists('/run/.containerenv')) return 'podman';
  if (await exists('/.dockerenv')) return 'docker';
  return 'host';
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
