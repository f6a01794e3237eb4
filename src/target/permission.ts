import { AlreadyTracedError, type IcountError, NotPermittedError } from '../errors.js';
import { printable } from '../output/printable.js';
import { type ProcessFacts, readArguments, readText, statusField } from './proc.js';

/** CAP_SYS_PTRACE is bit 19 of the capability masks (linux/capability.h). */
const CAP_SYS_PTRACE_BIT = 1n << 19n;

/**
 * Why the kernel refused to let us look into a process or trace it, from the rules of ptrace(2),
 * "Ptrace access mode checking", checked against what can be seen. To be called after a refusal.
 */
export async function explainRefusal(target: ProcessFacts): Promise<IcountError> {
  const { pid } = target;
  const status = (await readText(`/proc/${pid}/status`)) ?? '';
  const tracerPid = Number(statusField(status, 'TracerPid') || '0');
  if (tracerPid !== 0) return alreadyTraced(pid, tracerPid);

  const own = (await readText('/proc/self/status')) ?? '';
  const capable = (BigInt(`0x${statusField(own, 'CapEff') || '0'}`) & CAP_SYS_PTRACE_BIT) !== 0n;
  const ownUid = process.getuid?.() ?? 0;
  const scope = Number((await readText('/proc/sys/kernel/yama/ptrace_scope')) ?? '0');

  if (!capable && ownUid === 0) {
    return new NotPermittedError(
      pid,
      'we are root, but without the capability CAP_SYS_PTRACE, as in most containers',
      'start the container with it: docker run --cap-add=SYS_PTRACE …, or in Kubernetes securityContext.capabilities.add: ["SYS_PTRACE"]',
    );
  }
  if (!capable && target.uid !== ownUid) {
    return new NotPermittedError(
      pid,
      `it runs as user ${target.uid} and we as user ${ownUid}, without the capability CAP_SYS_PTRACE`,
      `run as that user or as root: sudo icount-gdb ${pid}`,
    );
  }
  if (scope === 3) {
    return new NotPermittedError(
      pid,
      '/proc/sys/kernel/yama/ptrace_scope is 3, which forbids tracing to everyone until the next boot',
      'boot with another kernel.yama.ptrace_scope',
    );
  }
  if (!capable && scope > 0) {
    return new NotPermittedError(
      pid,
      `/proc/sys/kernel/yama/ptrace_scope is ${scope}, which forbids tracing of processes that are not our children`,
      `run as root: sudo icount-gdb ${pid}; or allow it: sudo sysctl kernel.yama.ptrace_scope=0`,
    );
  }
  return new NotPermittedError(
    pid,
    capable
      ? 'the kernel refused though we have CAP_SYS_PTRACE; the process may be in another user namespace, or a security module (seccomp, SELinux, AppArmor) forbids ptrace'
      : 'the kernel refused though the process is ours; it may have gained privileges, or a security module (seccomp, SELinux, AppArmor) forbids ptrace',
    `run as root on the host: sudo icount-gdb ${pid}`,
  );
}

/** The error for a process that has a tracer, which is named. */
export async function alreadyTraced(pid: number, tracerPid: number): Promise<AlreadyTracedError> {
  const argv = await readArguments(tracerPid);
  return new AlreadyTracedError(
    pid,
    tracerPid,
    argv.length === 0 ? undefined : printable(argv.join(' ').slice(0, 80)),
  );
}
