import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest. They are begun first, so that no worker is left with one of them at the end. */
const LONG = ['test/features/faults/', 'test/plan/plan-file.test.ts', 'test/preview/reconcile.test.ts', 'test/targets/run/journal.test.ts'];

/** The long files first, and all others in an order that the seed decides. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root, sequence } = this.ctx.config;
    const placeOf = ({ moduleId }: TestSpecification): string => {
      const path = moduleId.slice(root.length + 1);
      const long = LONG.findIndex((start) => path.startsWith(start));
      return `${long < 0 ? LONG.length : long} ${createHash('sha256').update(`${sequence.seed} ${path}`).digest('hex')}`;
    };
    const places = new Map(files.map((file) => [file, placeOf(file)]));
    return [...files].sort((one, other) => ((places.get(one) ?? '') < (places.get(other) ?? '') ? -1 : 1));
  }
}

const MEMORY = '/dev/shm';
const ROOM = 4 * 2 ** 30;

/**
 * Returns the variable that puts the folders of tests into memory, if the machine has room for that and nobody said where
 * they are to be. What a killed process leaves is the same there, and a flush waits for no disk.
 */
function foldersInMemory(): Record<string, string> {
  if (process.env.TMPDIR !== undefined || !existsSync(MEMORY) || !existsSync('/proc/mounts')) return {};
  const { bavail, bsize } = statfsSync(MEMORY);
  // Tests run programs of their own, which a folder of containers often forbids.
  const runsPrograms = new RegExp(`^\\S+ ${MEMORY} tmpfs (?!\\S*noexec)`, 'm').test(readFileSync('/proc/mounts', 'utf8'));
  return runsPrograms && bavail * bsize >= ROOM ? { TMPDIR: MEMORY } : {};
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // A worker keeps what it has loaded for the files that follow. No module of src or test keeps anything that a later file could see.
    isolate: false,
    // Vitest keeps one core for itself, which it hardly uses: with two cores that would be half of the time.
    maxWorkers: '100%',
    globalSetup: 'test/support/real-parts.ts',
    setupFiles: process.env.USERS_AS_BYTES === undefined ? [] : ['test/support/users-as-bytes.ts'],
    sequence: { shuffle: true, sequencer: LongFirst },
    testTimeout: 60_000,
    env: foldersInMemory(),
  },
});
