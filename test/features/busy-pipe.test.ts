/** A pipe that another process has switched to non-blocking, and that is full: writes to it are refused for a while. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { shell } from '../support/run.js';

const newFolder = temporaryFolders();

it.runIf(process.platform === 'linux')('is written to all the same: nothing of the report is missing', () => {
  const rows = Array.from({ length: 2000 }, (_, at) => `${at + 1},baker${at},no address of baker ${at},true,idp`);
  const folder = newFolder({
    'users.csv': `id,userName,email,active,authType\n${rows.join('\n')}\n`,
    'groups.csv': 'id,name,project\n1,Bakers,\n',
    'memberships.csv': 'groupId,userId\n1,1\n',
  });
  const check = 'scim-audit check . --auth-mode multi --fail-on never --format json';
  expect(shell(`${check} > whole.json`, folder).code).toBe(0);
  // The first process holds the pipe non-blocking until the report is there; the reader begins after the check has filled the pipe.
  const holder = `"${process.execPath}" -e 'process.stdout.write(""); fs.writeFileSync("held", ""); setInterval(() => fs.existsSync("done") && process.exit(), 20)'`;
  const writer = `{ ${holder} & until [ -e held ]; do sleep 0.02; done; ${check}; touch done; wait; }`;
  const { stderr } = shell(`${writer} | { sleep 1; cat > piped.json; }`, folder);
  expect(stderr).toContain('exit 0');
  const whole = readFileSync(join(folder, 'whole.json'), 'utf8');
  expect(whole.length).toBeGreaterThan(1 << 17);
  expect(readFileSync(join(folder, 'piped.json'), 'utf8')).toBe(whole);
});
