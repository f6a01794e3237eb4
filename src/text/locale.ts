/** Whether a terminal or file that we write to takes UTF-8 (locale(7)). */
export function isUtf8Locale(environment: Readonly<Record<string, string | undefined>>): boolean {
  const names = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => environment[name] ?? '');
  return /utf-?8/i.test(names.find((name) => name !== '') ?? '');
}
