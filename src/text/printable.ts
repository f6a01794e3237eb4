/**
 * Characters that do something to a terminal or to the order of the text on it: C0 and C1
 * controls, DEL, line and paragraph separators, bidirectional controls; and lone surrogates.
 * Paths and command lines of a guest may hold any of them.
 */
export const unsafeCharacters = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}\p{Cs}]/gu;

/** The text with every unsafe character as `\x1b` or `\u202e`: one line that is safe to print. */
export function printable(text: string): string {
  return text.replace(unsafeCharacters, (character) => {
    const code = character.charCodeAt(0);
    return code > 0xff ? unicodeEscape(code) : `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/**
 * A string, or an object of plain data, as JSON that is safe to print as well; `JSON.stringify`
 * leaves DEL, C1 and bidi as is.
 */
export function jsonString(value: string | Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value).replace(unsafeCharacters, (character) =>
    unicodeEscape(character.charCodeAt(0)),
  );
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Whether a terminal or file that we write to takes UTF-8 (locale(7)). */
export function isUtf8Locale(environment: Readonly<Record<string, string | undefined>>): boolean {
  const names = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => environment[name] ?? '');
  return /utf-?8/i.test(names.find((name) => name !== '') ?? '');
}

/** Signs of ours, and what stands for them where only ASCII can be shown. */
const PLAIN: Readonly<Record<string, string>> = { '…': '...', '±': '+/-', '–': '-' };

/** A text of ours in ASCII; what others have called their files stays as it is. */
export function plainText(text: string): string {
  return text.replaceAll(/[…±–]/g, (sign) => PLAIN[sign] ?? sign);
}
