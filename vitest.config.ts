import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/test-sequencer.js';

export default defineConfig({
  // Vite would load the ESM build of graphql beside the one that packages load, and graphql rejects types of another.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['test/**/*.spec.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup-file.ts'],
    pool: 'forks',
    // One more than the cores of CI: many tests wait for timeouts of the server.
    maxWorkers: 3,
    // The files of a worker share loaded modules: loading the server takes longer than most files.
    isolate: false,
    // Built programs run as they are.
    server: { deps: { external: [/\/dist\//] } },
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
