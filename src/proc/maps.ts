/**
 * What a process has mapped, as /proc/PID/maps tells it (proc(5)).
 *
 * The text is under the target's control as far as file names go, and ambiguous in two places:
 *
 * - The kernel escapes a newline as `\012` and nothing else, not even the backslash (measured on
 *   Linux 6.18 with mapped files; `show_map_vma` in fs/proc/task_mmu.c). A file whose name holds
 *   the four characters `\012` reads the same as one with a newline; taken as a newline here.
 * - A file that is gone has ` (deleted)` after its name, and so may a live file's own name. Taken as
 *   gone here; `path` followed by ` (deleted)` is the other reading.
 *
 * Either way the inode decides: who opens the path compares it.
 */

/** One line: a range of addresses and what is behind it. */
export interface Mapping {
  readonly start: bigint;
  /** First address behind the range. */
  readonly end: bigint;
  readonly executable: boolean;
  /** Where in the file the range begins. */
  readonly offset: bigint;
  /** Major and minor number in hexadecimal, such as `fd:00`. */
  readonly device: string;
  /** 0 where there is no file. */
  readonly inode: bigint;
  /** The file's name, or `[heap]` and the like; bytes that are no UTF-8 are replaced. */
  readonly path: string | undefined;
  /** The same, byte for byte: what to open the file by. */
  readonly pathBytes: Buffer | undefined;
  readonly deleted: boolean;
}

/** A file and all that is mapped of it. */
export interface MappedFile {
  readonly path: string;
  readonly pathBytes: Buffer;
  readonly device: string;
  readonly inode: bigint;
  readonly deleted: boolean;
  /** The lowest mapping with file offset 0: the load bias is counted from its start. */
  readonly base: Mapping;
  readonly mappings: readonly Mapping[];
}

// start-end perms offset major:minor inode, blanks up to column 73, path. A path that the kernel
// writes never begins with a blank, so the blanks before it are all padding.
const LINE =
  /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) [r-][w-]([x-])[ps] ([0-9a-f]{1,16}) ([0-9a-f]{2,8}:[0-9a-f]{2,8}) (\d{1,20})(?: +(.*))?$/s;

const DELETED = ' (deleted)';
const LINE_FEED = 0x0a;

/** A path has at most PATH_MAX (4096) bytes, each escaped to four. */
const MAX_LINE_BYTES = 65_536;

/** Reads the lines in their order; one that is not as the kernel writes them is left out. */
export function parseMaps(text: Buffer): readonly Mapping[] {
  const mappings: Mapping[] = [];
  let start = 0;
  while (start < text.length) {
    const found = text.indexOf(LINE_FEED, start);
    const end = found === -1 ? text.length : found;
    const line = text.subarray(start, end);
    const mapping = line.length > MAX_LINE_BYTES ? undefined : parseLine(line.toString('latin1'));
    if (mapping !== undefined) {
      mappings.push(mapping);
    }
    start = end + 1;
  }
  return mappings;
}

/** Files that have a mapping of offset 0, in the order in which they first appear. */
export function groupByFile(mappings: readonly Mapping[]): readonly MappedFile[] {
  const groups = new Map<string, Mapping[]>();
  for (const mapping of mappings) {
    const { device, inode, pathBytes, deleted } = mapping;
    if (inode === 0n || pathBytes === undefined) {
      continue;
    }
    const key = `${device} ${inode} ${deleted} ${pathBytes.toString('latin1')}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [mapping]);
    } else {
      group.push(mapping);
    }
  }
  return [...groups.values()].flatMap((group) => mappedFile(group) ?? []);
}

function mappedFile(mappings: readonly Mapping[]): MappedFile | undefined {
  const base = mappings
    .filter((mapping) => mapping.offset === 0n)
    .reduce<Mapping | undefined>(
      (lowest, mapping) =>
        lowest === undefined || mapping.start < lowest.start ? mapping : lowest,
      undefined,
    );
  if (base?.path === undefined || base.pathBytes === undefined) {
    return undefined;
  }
  const { path, pathBytes, device, inode, deleted } = base;
  return { path, pathBytes, device, inode, deleted, base, mappings };
}

/** `line` holds one byte per character. */
function parseLine(line: string): Mapping | undefined {
  const [, start, end, execute, offset, device, inode, name] = LINE.exec(line) ?? [];
  if (
    start === undefined ||
    end === undefined ||
    offset === undefined ||
    device === undefined ||
    inode === undefined
  ) {
    return undefined;
  }
  const [first, behind] = [BigInt(`0x${start}`), BigInt(`0x${end}`)];
  if (first >= behind) {
    return undefined;
  }
  // Field by field: spreading two objects into one took five times the rest of this function.
  const { path, pathBytes, deleted } = parseName(name);
  return {
    start: first,
    end: behind,
    executable: execute === 'x',
    offset: BigInt(`0x${offset}`),
    device,
    inode: BigInt(inode),
    path,
    pathBytes,
    deleted,
  };
}

function parseName(name: string | undefined): Pick<Mapping, 'path' | 'pathBytes' | 'deleted'> {
  if (name === undefined || name === '') {
    return { path: undefined, pathBytes: undefined, deleted: false };
  }
  const deleted = name.endsWith(DELETED);
  const live = deleted ? name.slice(0, -DELETED.length) : name;
  const pathBytes = Buffer.from(live.replaceAll('\\012', '\n'), 'latin1');
  return { path: pathBytes.toString('utf8'), pathBytes, deleted };
}
