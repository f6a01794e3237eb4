import type { CommandWords, OptionWords, Value, Words } from './words.js';

/** A script for ~/.config/fish/completions/icount-gdb.fish. */
export function fishCompletion(words: Words): string {
  const names = words.commands.map(({ name }) => name).join(' ');
  const none = `not __fish_seen_subcommand_from ${names}; and not __icount_gdb_runs`;
  const options = [
    ...words.program.options.map((option) => optionLine(none, option)),
    ...words.commands.flatMap((command) =>
      command.options.map((option) => optionLine(inCommand(command), option)),
    ),
  ];
  return `# fish completion for icount-gdb:  icount-gdb completion fish | source

function __icount_gdb_guests
    icount-gdb list --quiet 2>/dev/null | awk 'NR > 1 { print $1 "\\t" $3 ", " $2 ", up " $6 }'
end

# Whether a command of somebody else's has begun.
function __icount_gdb_runs
    contains -- -- (commandline -opc)
end

function __icount_gdb_command
    set -l tokens (commandline -opc) "$(commandline -ct)"
    set -l first (math (contains -i -- -- $tokens) + 1)
    set -l words $tokens[$first..-1]
    complete -C "$words"
end

complete -c icount-gdb -f
complete -c icount-gdb -n __icount_gdb_runs -a '(__icount_gdb_command)'
complete -c icount-gdb -n '${none}' -a '(__icount_gdb_guests)'
${words.commands
  .map(
    ({ name, description }) =>
      `complete -c icount-gdb -n __fish_use_subcommand -a ${name} -d ${quoted(description)}\n`,
  )
  .join('')}${words.commands.map(argumentLine).join('')}${options.join('')}`;
}

function inCommand({ name }: CommandWords): string {
  return `__fish_seen_subcommand_from ${name}`;
}

function argumentLine(command: CommandWords): string {
  const words = candidates(command.argument);
  return words === '' ? '' : `complete -c icount-gdb -n '${inCommand(command)}' ${words}\n`;
}

function optionLine(condition: string, { short, long, description, value }: OptionWords): string {
  const flags = [...(short === undefined ? [] : [`-s ${short.slice(1)}`]), `-l ${long.slice(2)}`];
  const takes = value.kind === 'none' ? '' : value.kind === 'file' ? ' -r -F' : ' -x';
  const words = candidates(value);
  return `complete -c icount-gdb -n '${condition}' ${flags.join(' ')}${takes}${
    words === '' ? '' : ` ${words}`
  } -d ${quoted(description)}\n`;
}

function candidates(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `-a '${value.words.join(' ')}'`;
    case 'pids':
      return "-a '(__icount_gdb_guests)'";
    case 'file':
    case 'other':
    case 'none':
      return '';
    default:
      return value satisfies never;
  }
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
