import type { CheckedSource } from './checked.js';
import type { Section } from './section.js';

/** A file name, padding and a checksum: NAME_MAX is 255. */
const MAX_DEBUG_LINK_BYTES = 4096n;

/**
 * The file name in .gnu_debuglink (GDB manual, "Separate Debug Files"). It is the file's own claim:
 * it may hold slashes.
 */
export async function readDebugLink(
  source: CheckedSource,
  section: Section,
): Promise<string | undefined> {
  const { offset, sizeBytes } = section;
  const length = sizeBytes < MAX_DEBUG_LINK_BYTES ? sizeBytes : MAX_DEBUG_LINK_BYTES;
  const bytes = await source.read(offset, length, 'debug link names');
  const end = bytes.indexOf(0);
  return end > 0 ? bytes.toString('utf8', 0, end) : undefined;
}
