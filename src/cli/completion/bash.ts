import type { CommandWords, Value, Words } from './words.js';

/** A script that bash (4 or newer) can source, or load on demand with bash-completion. */
export function bashCompletion(words: Words): string {
  const names = words.commands.map(({ name }) => name);
  return `# bash completion for icount-gdb:  source <(icount-gdb completion bash)

_icount_gdb_guests() {
    "$1" list --quiet 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_icount_gdb() {
    local word=$2 previous=$3 index command=
    COMPREPLY=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        if [[ \${COMP_WORDS[index]} == -- ]]; then
            # The command to run is somebody else's.
            if ((index + 1 == COMP_CWORD)); then
                mapfile -t COMPREPLY < <(compgen -c -- "$word")
            else
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$word")
            fi
            return
        fi
    done
    # bash parts --format=csv into three words.
    if [[ $word == = ]]; then
        word=
    elif [[ $previous == = ]]; then
        previous=\${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ((COMP_CWORD > 1)); then
        case \${COMP_WORDS[1]} in
            ${[...names, 'help'].join(' | ')}) command=\${COMP_WORDS[1]} ;;
        esac
    fi
    case $command:$previous in
${[words.program, ...words.commands].map(valueCases).join('')}    esac
    case $command:$word in
${[words.program, ...words.commands].map(wordCases).join('')}        :*)
            if ((COMP_CWORD == 1)); then
                mapfile -t COMPREPLY < <(compgen -W "${names.join(' ')} help $(_icount_gdb_guests "$1")" -- "$word")
            else
                mapfile -t COMPREPLY < <(compgen -W "$(_icount_gdb_guests "$1")" -- "$word")
            fi
            ;;
        help:*) mapfile -t COMPREPLY < <(compgen -W '${names.join(' ')}' -- "$word") ;;
${words.commands.map(argumentCase).join('')}    esac
}

complete -F _icount_gdb icount-gdb
`;

  /** What follows an option that takes a value. */
  function valueCases(command: CommandWords): string {
    const prefix = command === words.program ? '' : command.name;
    return command.options
      .filter(({ value }) => value.kind !== 'none')
      .map(({ short, long, value }) => {
        const patterns = [short, long].flatMap((flag) =>
          flag === undefined ? [] : [`${prefix}:${flag}`],
        );
        return `        ${patterns.join(' | ')})\n${offer(value, 12)}            return\n            ;;\n`;
      })
      .join('');
  }

  function wordCases(command: CommandWords): string {
    const prefix = command === words.program ? '' : command.name;
    const flags = command.options.flatMap(({ short, long }) => [long, ...(short ? [short] : [])]);
    return `        ${prefix}:-*) mapfile -t COMPREPLY < <(compgen -W '${flags.join(' ')}' -- "$word") ;;\n`;
  }
}

function argumentCase({ name, argument }: CommandWords): string {
  return argument.kind === 'none'
    ? ''
    : `        ${name}:*)\n${offer(argument, 12)}            ;;\n`;
}

function offer(value: Value, indent: number): string {
  const from = (source: string): string =>
    `${' '.repeat(indent)}mapfile -t COMPREPLY < <(compgen ${source} -- "$word")\n`;
  switch (value.kind) {
    case 'words':
      return from(`-W '${value.words.join(' ')}'`);
    case 'pids':
      return from('-W "$(_icount_gdb_guests "$1")"');
    case 'file':
      return `${' '.repeat(indent)}compopt -o filenames\n${from('-f')}`;
    case 'none':
    case 'other':
      return '';
    default:
      return value satisfies never;
  }
}
