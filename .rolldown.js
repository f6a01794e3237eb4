import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/**
 * What `npm run build` makes of src: a file for each command and each view, which are loaded when they
 * are asked for, and one for a guest and all that is below it. For every file that it loads Node takes
 * half a millisecond of processor time, and there were more than a hundred on the way to a first
 * reading. They are CommonJS modules, as dist/package.json says: those load in half the time. Nothing is
 * shortened, and comments stay.
 */
// biome-ignore lint/style/noDefaultExport: rolldown looks for one
export default defineConfig({
  input: 'src/cli/main.ts',
  platform: 'node',
  external: Object.keys(dependencies),
  output: {
    dir: 'dist/cli',
    format: 'cjs',
    strict: true,
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [
        {
          name: 'guest',
          test: /\/src\/(?:\w+\.ts$|(?:guest|gdb|qemu|layout|sampler|proc|elf|mi|text)\/)/,
        },
      ],
    },
  },
});
