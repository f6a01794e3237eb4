import type { Command, Option } from 'commander';

const USAGE = '[options] <pid>... [-- command [args...]]';

const EXAMPLES = `
Examples:
  icount-gdb 1234                           instructions of each second, until Ctrl-C
  icount-gdb 1234 -i 100ms -d 10s -f csv    ten seconds of them as CSV
  icount-gdb 1234 -- ssh guest ./workload   those that pass while a command runs
  icount-gdb --all --live                   every guest here, redrawn in place
  icount-gdb list                           which guests are there
  icount-gdb doctor 1234                    what is missing, if it does not work

Exit status:
  0 normal end, 1 sampling failed, 2 usage, 3 no such process, 4 not permitted,
  5 no counting plugin, 6 counters not resolved, 7 gdb missing or unusable; with a
  command the command's own.

More: man icount-gdb
`;

/** The looks of --help, for the program and its commands. */
export function styleHelp(program: Command): Command {
  return program
    .configureHelp({ optionDescription, showGlobalOptions: false })
    .usage(USAGE)
    .helpOption('-h, --help', 'print this and leave')
    .helpCommand('help [command]', 'the options of a command')
    .addHelpText('after', EXAMPLES);
}

/** What --help prints, for those who did not ask for it. */
export function fullHelp(program: Command): string {
  return `${program.helpInformation()}${EXAMPLES}`;
}

/** `how the data is written: table, csv, jsonl (default: table)`. */
function optionDescription(option: Option): string {
  const choices = option.argChoices === undefined ? '' : `: ${option.argChoices.join(', ')}`;
  // A switch is off when it is not given, which goes without saying.
  const standard: unknown = option.defaultValueDescription ?? option.defaultValue;
  const facts = [
    ...(typeof standard === 'string' ? [`default: ${standard}`] : []),
    ...(option.envVar === undefined ? [] : [`or $${option.envVar}`]),
  ];
  const said = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return `${option.description}${choices}${said}`;
}
