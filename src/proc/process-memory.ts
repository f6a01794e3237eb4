import { type FileHandle, open } from 'node:fs/promises';

/**
 * The memory of a process by /proc/PID/mem (proc(5)), which needs the right to trace it and stops no
 * thread. What is counted is read by gdb; this is for a look before one is attached, or beside it.
 */
export class ProcessMemory {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Undefined if it may not be read, or the process is gone. */
  static async open(pid: number): Promise<ProcessMemory | undefined> {
    try {
      return new ProcessMemory(await open(`/proc/${pid}/mem`, 'r'));
    } catch {
      return undefined;
    }
  }

  /** Undefined if it is not readable to its end. */
  async read(address: bigint, lengthBytes: number): Promise<Buffer | undefined> {
    try {
      const buffer = Buffer.alloc(lengthBytes);
      // User space ends below 2^53 on every architecture that Node runs on.
      const { bytesRead } = await this.#handle.read(buffer, 0, lengthBytes, Number(address));
      return bytesRead === lengthBytes ? buffer : undefined;
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
