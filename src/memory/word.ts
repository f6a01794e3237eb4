/** Order of the bytes in a number: the host's, as its ELF files say. */
export type ByteOrder = 'little' | 'big';

/**
 * Decodes an unsigned number of an ELF file or of the guest's memory. The range is the caller's to
 * check: bytes that are not there are a RangeError.
 */
export function decodeUnsigned(
  bytes: Buffer,
  offset: number,
  sizeBytes: 4 | 8,
  byteOrder: ByteOrder,
): bigint {
  if (sizeBytes === 4) {
    return BigInt(byteOrder === 'little' ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset));
  }
  return byteOrder === 'little' ? bytes.readBigUInt64LE(offset) : bytes.readBigUInt64BE(offset);
}
