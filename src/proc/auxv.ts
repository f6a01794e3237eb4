import { readFileSync } from 'node:fs';
import { type ByteOrder, decodeUnsigned } from '../memory/word.js';

/** Where the program begins in memory (elf.h). */
const AT_ENTRY = 9n;

/**
 * Where a process's executable begins, wherever it was loaded (proc_pid_auxv(5), getauxval(3)); undefined
 * if it may not be read.
 */
export function readEntry(pid: number, wordBytes: 4 | 8, byteOrder: ByteOrder): bigint | undefined {
  try {
    const vector = readFileSync(`/proc/${pid}/auxv`);
    for (let at = 0; at + 2 * wordBytes <= vector.length; at += 2 * wordBytes) {
      if (decodeUnsigned(vector, at, wordBytes, byteOrder) === AT_ENTRY) {
        return decodeUnsigned(vector, at + wordBytes, wordBytes, byteOrder);
      }
    }
  } catch {
    // Gone, or not ours to look at.
  }
  return undefined;
}
