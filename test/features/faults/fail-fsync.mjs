/** Makes the first flush after a certain file was put in its place fail, as a full or broken disk does. Loaded before the program. */

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { renameSync, fsyncSync } = fs;
let isDue = false;

fs.renameSync = (from, to) => {
  renameSync(from, to);
  isDue ||= String(to).endsWith(String(process.env.FAIL_AFTER));
};
fs.fsyncSync = (fd) => {
  if (!isDue) return fsyncSync(fd);
  isDue = false;
  throw Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC', errno: -28, syscall: 'fsync' });
};
syncBuiltinESMExports();
