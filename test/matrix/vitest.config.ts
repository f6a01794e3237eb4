import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest looks for one
export default defineConfig({
  cacheDir: '../../.cache/vitest',
  test: {
    name: 'matrix',
    root: import.meta.dirname,
    include: ['**/*.matrix.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Real guests want a core each.
    fileParallelism: false,
  },
});
