#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { ExitCode, IcountError } from '../errors.js';
import { printOut } from '../output/open-output.js';
import { usageError } from './commander-usage.js';
import { describeError, messagesOn } from './messages.js';
import { parseCommandLine, type Request } from './program.js';

/** Runs the command line and returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  // A reader of our messages that goes away is no reason to leave the guest in a hurry.
  process.stderr.on('error', () => {});
  try {
    return await run(parseCommandLine(argv, packageVersion()));
  } catch (error) {
    const failure = error instanceof CommanderError ? usageError(error) : error;
    process.stderr.write(describeError(failure));
    return failure instanceof IcountError ? failure.exitCode : ExitCode.samplingFailed;
  }
}

/** Each command is loaded by itself: a module costs about 1 ms, and there are many. */
async function run(request: Request): Promise<number> {
  if (request.kind === 'no-pid') {
    const { withoutPid } = await import('../commands/no-pid.js');
    return await withoutPid(request.help);
  }
  if (request.kind === 'text') {
    await printOut(request.text);
    return ExitCode.ok;
  }
  const messages = messagesOn(process.stderr, request.options);
  switch (request.kind) {
    case 'poll': {
      const { poll } = await import('../commands/poll.js');
      return await poll(request.options, messages);
    }
    case 'bracket': {
      const { bracket } = await import('../commands/bracket.js');
      return await bracket(request.options, messages);
    }
    case 'inspect': {
      const { inspect } = await import('../commands/inspect.js');
      return await inspect(request.options, messages);
    }
    case 'list': {
      const { list } = await import('../commands/list.js');
      return await list(request.options, messages);
    }
    case 'doctor': {
      const { doctor } = await import('../commands/doctor.js');
      return await doctor(request.options, messages);
    }
    default:
      return request satisfies never;
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}

process.exitCode = await main(process.argv.slice(2));
