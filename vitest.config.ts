import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], pool: 'forks', sequence: { shuffle: true }, testTimeout: 60_000 },
});
