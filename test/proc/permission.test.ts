import { expect, test } from 'vitest';
import { notPermitted } from '../../src/proc/permission.js';
import type { TraceFacts } from '../../src/proc/trace-facts.js';

/** A user on a bare host, and a process of theirs. */
const ours: TraceFacts = {
  pid: 4711,
  ownUid: 1000,
  targetUid: 1000,
  capable: false,
  targetHasMore: false,
  yamaScope: 0,
  filtered: false,
  place: 'host',
};

interface Case {
  readonly name: string;
  readonly facts: Partial<TraceFacts>;
  readonly why: string;
  readonly hint: string;
}

test.each<Case>([
  {
    name: "another user's process",
    facts: { targetUid: 1001 },
    why: 'it runs as user 1001 and we as user 1000, without the capability CAP_SYS_PTRACE',
    hint: 'run as that user or as root: sudo icount-gdb 4711',
  },
  {
    name: 'root in an unknown container',
    facts: { ownUid: 0, targetUid: 0 },
    why: 'we are root, but without the capability CAP_SYS_PTRACE, as in most containers',
    hint: 'start the container with it: docker run --cap-add=SYS_PTRACE …, or in Kubernetes securityContext.capabilities.add: ["SYS_PTRACE"]; or run on the host: sudo icount-gdb 4711',
  },
  {
    name: 'root in a Docker container',
    facts: { ownUid: 0, targetUid: 1000, place: 'docker' },
    why: 'we are root, but without the capability CAP_SYS_PTRACE, as in most containers',
    hint: 'start the container with it: docker run --cap-add=SYS_PTRACE …; or run on the host: sudo icount-gdb with the pid there',
  },
  {
    name: 'root in a Podman container',
    facts: { ownUid: 0, place: 'podman' },
    why: 'we are root, but without the capability CAP_SYS_PTRACE, as in most containers',
    hint: 'start the container with it: podman run --cap-add=SYS_PTRACE …; or run on the host: sudo icount-gdb with the pid there',
  },
  {
    name: 'root in a Kubernetes pod',
    facts: { ownUid: 0, place: 'kubernetes' },
    why: 'we are root, but without the capability CAP_SYS_PTRACE, as in most containers',
    hint: 'give the container securityContext.capabilities.add: ["SYS_PTRACE"]; or run on the host: sudo icount-gdb with the pid there',
  },
  {
    name: 'a process of ours with more capabilities',
    facts: { targetHasMore: true },
    why: 'it has capabilities that we lack, and we have no CAP_SYS_PTRACE',
    hint: 'run as root: sudo icount-gdb 4711',
  },
  {
    name: 'Yama, restricted',
    facts: { yamaScope: 1 },
    why: '/proc/sys/kernel/yama/ptrace_scope is 1, which forbids tracing of processes that are not our children',
    hint: 'run as root: sudo icount-gdb 4711; or allow it on the host: sudo sysctl kernel.yama.ptrace_scope=0',
  },
  {
    name: 'Yama, restricted, in a Docker container',
    facts: { yamaScope: 1, place: 'docker' },
    why: '/proc/sys/kernel/yama/ptrace_scope is 1, which forbids tracing of processes that are not our children',
    hint: 'run as root, and start the container with it: docker run --cap-add=SYS_PTRACE …; or run on the host: sudo icount-gdb with the pid there; or allow it on the host: sudo sysctl kernel.yama.ptrace_scope=0',
  },
  {
    name: 'Yama, administrators only',
    facts: { yamaScope: 2 },
    why: '/proc/sys/kernel/yama/ptrace_scope is 2, which forbids tracing without the capability CAP_SYS_PTRACE',
    hint: 'run as root: sudo icount-gdb 4711',
  },
  {
    name: 'Yama, nobody, not even root',
    facts: { ownUid: 0, capable: true, yamaScope: 3 },
    why: '/proc/sys/kernel/yama/ptrace_scope is 3, which forbids tracing to everyone until the next boot',
    hint: 'boot the host with another kernel.yama.ptrace_scope',
  },
  {
    name: 'nothing that can be seen, for a user',
    facts: {},
    why: 'the kernel refused though the process is ours; the process may have gained privileges, or a security module (SELinux, AppArmor) may forbid ptrace',
    hint: 'run as root on the host: sudo icount-gdb 4711',
  },
  {
    name: 'a seccomp filter, for root',
    facts: { ownUid: 0, capable: true, yamaScope: 1, filtered: true },
    why: 'the kernel refused though we have CAP_SYS_PTRACE; a seccomp filter is on us and may forbid ptrace, or the process may be in another user namespace, or a security module (SELinux, AppArmor) may forbid ptrace',
    hint: 'see what dmesg says of it',
  },
])('$name', ({ facts, why, hint }) => {
  const error = notPermitted({ ...ours, ...facts });

  expect(error.message).toBe(`not permitted to attach to process 4711: ${why}`);
  expect(error.hint).toBe(hint);
  expect(error.exitCode).toBe(4);
});
