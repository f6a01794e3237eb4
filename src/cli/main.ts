#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { ExitCode, IcountError } from '../errors.js';
import { inspect } from './inspect.js';
import { describeError, messagesOn } from './messages.js';
import { poll } from './poll.js';
import { parseCommandLine, type Request } from './program.js';

/** Runs the command line and returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  // A reader of our messages that goes away is no reason to leave the guest in a hurry.
  process.stderr.on('error', () => {});
  try {
    const request = parseCommandLine(argv, packageVersion());
    return request === undefined ? ExitCode.ok : await run(request);
  } catch (error) {
    // Commander has told the user already, or has done what it was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    process.stderr.write(describeError(error));
    return error instanceof IcountError ? error.exitCode : ExitCode.samplingFailed;
  }
}

function run(request: Request): Promise<number> {
  const messages = messagesOn(process.stderr, request.options);
  switch (request.kind) {
    case 'poll':
      return poll(request.options, messages);
    case 'inspect':
      return inspect(request.options, messages);
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
