/** Names of `e_machine` (elf.h, EM_*) for the hosts that QEMU runs on. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'sparc'],
  [3, 'i386'],
  [8, 'mips'],
  [20, 'ppc'],
  [21, 'ppc64'],
  [22, 's390x'],
  [40, 'arm'],
  [43, 'sparc64'],
  [62, 'x86-64'],
  [183, 'aarch64'],
  [243, 'riscv'],
  [258, 'loongarch'],
]);

/** The architecture that an ELF file is for, as a message names it. */
export function machineName(machine: number): string {
  return NAMES.get(machine) ?? `machine 0x${machine.toString(16)}`;
}
