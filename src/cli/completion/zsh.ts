import type { CommandWords, OptionWords, Value, Words } from './words.js';

/** A script to be saved as `_icount-gdb` in a directory of `$fpath`, or sourced after compinit. */
export function zshCompletion(words: Words): string {
  return `#compdef icount-gdb
# zsh completion for icount-gdb:  icount-gdb completion zsh >~/.zfunc/_icount-gdb

_icount_gdb_guests() {
  local -a guests
  guests=(\${(f)"$($words[1] list --quiet 2>/dev/null |
    awk 'NR > 1 { pid = $1; gsub(/:/, "\\\\:"); print pid ":" $3 ", " $2 ", up " $6 }')"})
  _describe -V guest guests
}

_icount_gdb_commands() {
  local -a commands
  commands=(
${words.commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}\n`).join('')}  )
  _describe command commands
}

_icount_gdb_first() {
  _alternative 'commands:command:_icount_gdb_commands' 'guests:guest:_icount_gdb_guests'
}

_icount_gdb() {
  local dashes=\${words[(i)--]}
  if (( dashes < CURRENT )); then
    # The command to run is somebody else's.
    shift $dashes words
    (( CURRENT -= dashes ))
    _normal
    return
  fi
  if (( CURRENT > 2 )); then
    case $words[2] in
${words.commands.map(commandCase).join('')}    esac
  fi
  _arguments -s -S \\
${specs(words.program, '    ')}    '1: :_icount_gdb_first' '*: :_icount_gdb_guests'
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _icount_gdb "$@"
else
  compdef _icount_gdb icount-gdb
fi
`;
}

function commandCase(command: CommandWords): string {
  const { name, argument } = command;
  const action = argument.kind === 'none' ? '' : `'1:${label(argument)}'`;
  return `      ${name})
        shift words
        (( CURRENT -= 1 ))
        _arguments -s -S \\
${specs(command, '          ')}          ${action}
        return
        ;;
`;
}

function specs(command: CommandWords, indent: string): string {
  return command.options.map((option) => `${indent}${spec(option)} \\\n`).join('');
}

/** `'(-f --format)'{-f+,--format=}'[how the data is written]:format:(table csv)'` */
function spec({ short, long, description, value }: OptionWords): string {
  const takes = value.kind !== 'none';
  const text = `[${description.replace(/[[\]\\:]/g, '\\$&')}]${takes ? `:${label(value)}` : ''}`;
  const flags = takes ? [short && `${short}+`, `${long}=`] : [short, long];
  return short === undefined
    ? quoted(`${flags[1]}${text}`)
    : `'(${short} ${long})'{${flags.join(',')}}${quoted(text)}`;
}

/** A message and an action, as _arguments has them. */
function label(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `word:(${value.words.join(' ')})`;
    case 'pids':
      return 'guest:_icount_gdb_guests';
    case 'file':
      return 'file:_files';
    case 'other':
      return `${value.name}: `;
    case 'none':
      return '';
    default:
      return value satisfies never;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
