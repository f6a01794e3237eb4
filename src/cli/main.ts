#!/usr/bin/env node
import { takeOverProcess } from './own-process.js';

takeOverProcess();
// Not before: to load all that there is takes as long as Node itself, and signals come at any time.
void import('./run.js').then(async ({ runCommandLine }) => {
  process.exitCode = await runCommandLine(process.argv.slice(2));
});
