import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], pool: 'forks', globalSetup: 'test/support/left-out-parts.ts', sequence: { shuffle: true }, testTimeout: 60_000 },
});
