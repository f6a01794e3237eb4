/** One `key=value` of an option of QEMU. `value` is undefined for a bare `key`, which means "on". */
export interface QemuOpt {
  readonly key: string;
  readonly value: string | undefined;
}

/**
 * `get_opt_name_value` in util/qemu-option.c: `key=value` parted by commas. The first may be the
 * value of `implied` alone; any other without a value is a switch, `noX` being `X=off`.
 */
export function parseQemuOpts(text: string, implied: string): readonly QemuOpt[] {
  const parsed: QemuOpt[] = [];
  const bareName = /[^=,]*/y;
  let at = 0;
  while (at < text.length) {
    bareName.lastIndex = at;
    const name = bareName.exec(text)?.[0] ?? '';
    const nameEnd = at + name.length;
    if (text[nameEnd] === '=' || at === 0) {
      const key = text[nameEnd] === '=' ? name : implied;
      const valueStart = text[nameEnd] === '=' ? nameEnd + 1 : 0;
      const valueEnd = optionValueEnd(text, valueStart);
      parsed.push({ key, value: text.slice(valueStart, valueEnd).replaceAll(',,', ',') });
      at = valueEnd + 1;
    } else {
      parsed.push(
        name.startsWith('no')
          ? { key: name.slice(2), value: 'off' }
          : { key: name, value: undefined },
      );
      at = nameEnd + 1;
    }
  }
  return parsed;
}

/** A value ends at a comma; in it, a comma is doubled. */
function optionValueEnd(text: string, start: number): number {
  // No regular expression: (?:[^,]|,,)* runs out of stack on a value of some megabytes.
  let comma = text.indexOf(',', start);
  while (comma !== -1 && text[comma + 1] === ',') {
    comma = text.indexOf(',', comma + 2);
  }
  return comma === -1 ? text.length : comma;
}

// qapi_bool_parse in qapi/qapi-util.c.
const TRUE_WORDS: ReadonlySet<string> = new Set(['on', 'yes', 'true', 'y']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['off', 'no', 'false', 'n']);

/** Undefined for a word that QEMU does not take for a boolean. */
export function toBoolean(word: string): boolean | undefined {
  if (TRUE_WORDS.has(word)) {
    return true;
  }
  return FALSE_WORDS.has(word) ? false : undefined;
}
