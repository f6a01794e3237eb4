import { readText } from './process.js';

/**
 * `USER_HZ` is 100 on every architecture that Node runs on, whatever the kernel's own tick
 * (include/uapi/asm-generic/param.h).
 */
const NS_PER_TICK = 10_000_000n;

/** For how long the system has been up, in ns; the clock that processes' starts are told by. */
export async function readSystemUptime(): Promise<bigint> {
  const [seconds = '0', hundredths = '0'] =
    ((await readText('/proc/uptime')) ?? '').split(' ', 1)[0]?.split('.') ?? [];
  return BigInt(`0${seconds}`) * 1_000_000_000n + BigInt(`0${hundredths}`) * NS_PER_TICK;
}

/** For how long a process has been there, by `startTicks` of its stat. */
export function processUptimeNs(systemUptimeNs: bigint, startTicks: bigint): number {
  const uptime = systemUptimeNs - startTicks * NS_PER_TICK;
  return uptime > 0n ? Number(uptime) : 0;
}

/** Names of user ids by /etc/passwd; users of a directory service are not in it. */
export async function readUserNames(): Promise<ReadonlyMap<number, string>> {
  const names = new Map<number, string>();
  for (const line of ((await readText('/etc/passwd')) ?? '').split('\n')) {
    const [name, , uid] = line.split(':');
    if (name !== undefined && uid !== undefined && /^\d+$/.test(uid) && !names.has(Number(uid))) {
      names.set(Number(uid), name);
    }
  }
  return names;
}
