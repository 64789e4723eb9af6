import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Vitest keeps one core for itself, which it hardly uses: with two cores that would be half of the time.
    maxWorkers: '100%',
    globalSetup: 'test/support/real-parts.ts',
    sequence: { shuffle: true },
    testTimeout: 60_000,
  },
});
