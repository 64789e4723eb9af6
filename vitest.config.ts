import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], pool: 'forks', globalSetup: 'test/support/real-parts.ts', sequence: { shuffle: true }, testTimeout: 60_000 },
});
