import type { ElfFile } from '../elf/elf.js';
import { variableNames } from '../layout/layouts.js';
import type { Member, Variable, Variables } from '../layout/variable.js';
import { quoteArgument } from '../mi/quote.js';
import { findText, findValue, type MiResult, type MiValue } from '../mi/record.js';
import { GdbRefusedError } from './failure.js';
import type { GdbSession } from './session.js';
import { INHERITED_FD } from './start.js';

/** Loading a file takes about 1 ms; a separate debug file on a cold disk longer. */
const FILE_TIMEOUT_MS = 30_000;

/**
 * Makes a plugin the executable of the session. No process is touched by it, and an attach
 * that follows leaves QEMU's own symbols alone.
 *
 * gdb has the file as a descriptor that it inherited: no name of the guest's choice is quoted, of which
 * gdb can't express all (a newline is none of its escapes for file names), and it needs no permission
 * to look at us, which nobody has where our own executable has capabilities. A separate debug
 * file is looked for beside the file and in `debugDirectories`.
 *
 * @throws GdbRefusedError if gdb can't read it
 */
export async function loadPlugin(
  session: GdbSession,
  debugDirectories: readonly string[],
): Promise<void> {
  await Promise.all([
    // -gdb-set takes the rest of the line as it is: quotes would become part of the name.
    session.send(`-gdb-set debug-file-directory ${debugDirectories.join(':')}`, FILE_TIMEOUT_MS),
    session.send(`-file-exec-and-symbols /proc/self/fd/${INHERITED_FD}`, FILE_TIMEOUT_MS),
  ]);
}

/**
 * What the loaded file says of the plugin's variables: address, size and type by gdb where there
 * is debug information, also in a separate file; else address and size from `.symtab`, since no
 * gdb command tells the size of a symbol without a type.
 *
 * A name that two variables of the file have is left out: which one counts can't be told.
 */
export async function readVariables(session: GdbSession, elf: ElfFile): Promise<Variables> {
  const types = await readTypes(session);
  // All at once: gdb answers in order, and its way to us takes longer than its answer.
  const found = await Promise.all(
    Array.from(variableNames, async (name) => {
      const typed = await fromDebugInformation(session, name, types.get(name) ?? []);
      return [name, choose(typed, fromSymbolTable(elf, name))] as const;
    }),
  );
  return new Map(
    found.flatMap(([name, variable]) => (variable === undefined ? [] : [[name, variable]])),
  );
}

/** The types of all variables of these names that have debug information. */
async function readTypes(session: GdbSession): Promise<ReadonlyMap<string, readonly string[]>> {
  // A basic regular expression (POSIX), in which alternation is GNU's `\\|`.
  const pattern = `^\\(${[...variableNames].join('\\|')}\\)$`;
  const answer = await session.send(
    `-symbol-info-variables --name ${quoteArgument(pattern)}`,
    FILE_TIMEOUT_MS,
  );
  const types = new Map<string, string[]>();
  for (const file of children(findValue(children(findValue(answer.results, 'symbols')), 'debug'))) {
    for (const symbol of children(findValue(children(file.value), 'symbols'))) {
      const name = findText(children(symbol.value), 'name');
      const type = findText(children(symbol.value), 'type');
      if (name === undefined || type === undefined) continue;
      types.set(name, [...(types.get(name) ?? []), type]);
    }
  }
  return types;
}

function children(value: MiValue | undefined): readonly MiResult[] {
  return value === undefined || value.kind === 'const' ? [] : value.results;
}

async function fromDebugInformation(
  session: GdbSession,
  name: string,
  types: readonly string[],
): Promise<Variable | undefined> {
  const [type] = types;
  if (types.length !== 1 || type === undefined) return undefined;
  const [size, address, counter, elementSize, counterOfElement] = await Promise.all([
    evaluate(session, `sizeof(${name})`),
    evaluate(session, `(unsigned long)&${name}`),
    counterIn(session, name),
    evaluate(session, `sizeof(${name}[0])`),
    counterIn(session, `${name}[0]`),
  ]);
  if (size === undefined || address === undefined) return undefined;
  const variable: Variable = {
    addressBytes: address,
    sizeBytes: Number(size),
    source: 'debug information',
    type,
    ...(counter === undefined ? {} : { counter }),
  };
  if (elementSize === undefined || counterOfElement === undefined) return variable;
  return { ...variable, element: { sizeBytes: Number(elementSize), counter: counterOfElement } };
}

/** The member `insn_count` of a structure; its offset and size in one number, and so in one answer. */
async function counterIn(session: GdbSession, struct: string): Promise<Member | undefined> {
  const member = `${struct}.insn_count`;
  const both = await evaluate(
    session,
    `((long)&${member}-(long)&${struct})*${MEMBER_BYTES}+sizeof(${member})`,
  );
  if (both === undefined) return undefined;
  return { offsetBytes: Number(both / MEMBER_BYTES), sizeBytes: Number(both % MEMBER_BYTES) };
}

/** More than any member has that could be a counter. */
const MEMBER_BYTES = 65_536n;

/**
 * gdb's answer, unless `.symtab` says otherwise. gdb turns the descriptor into a path and opens
 * that: for a file of another mount namespace it may be another file of ours by the same name.
 */
function choose(typed: Variable | undefined, plain: Variable | undefined): Variable | undefined {
  if (typed === undefined || plain === undefined) return typed ?? plain;
  const agree = typed.addressBytes === plain.addressBytes && typed.sizeBytes === plain.sizeBytes;
  return agree ? typed : plain;
}

function fromSymbolTable(elf: ElfFile, name: string): Variable | undefined {
  const symbol = elf.objects.get(name);
  return symbol === undefined ? undefined : { ...symbol, source: 'symbol table' };
}

/** The value of an expression as a number; undefined if gdb can't evaluate it. */
async function evaluate(session: GdbSession, expression: string): Promise<bigint | undefined> {
  try {
    const answer = await session.send(
      `-data-evaluate-expression ${quoteArgument(expression)}`,
      FILE_TIMEOUT_MS,
    );
    const text = findText(answer.results, 'value') ?? '';
    return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
  } catch (error) {
    if (error instanceof GdbRefusedError) return undefined;
    throw error;
  }
}
