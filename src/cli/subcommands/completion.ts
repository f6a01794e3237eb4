import { Argument } from 'commander';
import { completionScript, type ShellName, shellNames } from '../completion/completion.js';
import { type Subcommand, textRequest } from '../request.js';
import { parseChoice } from '../values.js';

/** `icount-gdb completion <shell>` */
export const completion: Subcommand = (program, take) => {
  program
    .command('completion')
    .description('print a script that completes this command line')
    .addArgument(
      new Argument('<shell>', shellNames.join(', '))
        .choices(shellNames)
        .argParser((text: string) => parseChoice(text, 'shell', shellNames)),
    )
    .action((shell: ShellName) => take(textRequest(completionScript(shell, program))));
};
