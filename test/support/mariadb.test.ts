import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startMariaDb } from './mariadb.js';
import { describeWith } from './parts.js';

describeWith('mariadb', 'a MariaDB of the test', () => {
  it('answers, refuses what is not SQL, and is gone at the end', async () => {
    const database = await startMariaDb();
    try {
      expect(await database.query("SELECT 'ä', 1; SELECT CONVERT('ø' USING utf8mb4) COLLATE utf8mb4_uca1400_nopad_ai_ci = 'o';")).toBe('ä\t1\n1\n');
      await expect(database.query('SELEC 1;')).rejects.toThrow('syntax');
    } finally {
      await database.stop();
    }
    expect(existsSync(database.socket)).toBe(false);
  });
});
