import type { Command } from 'commander';
import type { TakeRequest } from '../request.js';

/** Makes a command known to commander, and says what it asks for when it is given. */
export type Subcommand = (program: Command, take: TakeRequest) => void;
