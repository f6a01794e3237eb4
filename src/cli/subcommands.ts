import type { Subcommand } from './request.js';
import { completion } from './subcommands/completion.js';
import { doctor } from './subcommands/doctor.js';
import { exporter } from './subcommands/exporter.js';
import { inspect } from './subcommands/inspect.js';
import { list } from './subcommands/list.js';

/** In the order in which --help shows them. */
export const subcommands: readonly Subcommand[] = [inspect, list, doctor, exporter, completion];
