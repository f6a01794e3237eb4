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
