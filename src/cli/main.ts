#!/usr/bin/env node
import { nodeComplaint } from './node-version.js';
import { takeOverProcess } from './process-setup.js';

takeOverProcess();
const complaint = nodeComplaint(process.versions.node);
if (complaint === undefined) {
  // Not before: to load all that there is takes as long as Node itself, and signals come at any time.
  void import('./run.js').then(async ({ runCommandLine }) => {
    process.exitCode = await runCommandLine(process.argv.slice(2));
  });
} else {
  process.stderr.write(complaint);
  process.exitCode = 1;
}
