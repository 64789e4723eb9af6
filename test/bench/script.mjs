/** How long MariaDB takes for a script of renames, with the stock client. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/scim-audit.js', import.meta.url));
const TABLES = `CREATE TABLE userbase (id INT PRIMARY KEY, userName VARCHAR(255) NOT NULL, email VARCHAR(255), disabled CHAR(1), UNIQUE KEY (userName)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE role (id INT PRIMARY KEY, display VARCHAR(255), projectId INT); CREATE TABLE user_role (userid INT, roleid INT);`;

/** @param {string} program @param {readonly string[]} args @param {string} [input] */
function run(program, args, input = '') {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', input, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.slice(-300)}`);
  return stdout;
}

/**
 * Returns the milliseconds and bytes of the rehearsal of each number of renames.
 * @param {readonly number[]} sizes
 */
export async function measureScripts(sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'scim-db-'));
  const [data, socket] = [join(folder, 'd'), join(folder, 's')];
  const user = `--user=${userInfo().username}`;
  run('mariadb-install-db', ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', user]);
  const flags = ['--skip-networking', '--character-set-server=utf8mb4', '--innodb-flush-log-at-trx-commit=0', '--max-allowed-packet=256M', user];
  const server = spawn('mariadbd', ['--no-defaults', `--datadir=${data}`, `--socket=${socket}`, `--pid-file=${join(folder, 'pid')}`, ...flags], {
    stdio: 'ignore',
  });
  const client = (/** @type {string} */ input, database = '') =>
    run(
      'mariadb',
      ['--no-defaults', `--socket=${socket}`, '--user=root', '--batch', '--max-allowed-packet=256M', ...(database === '' ? [] : [database])],
      input,
    );
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        client('SELECT 1;');
        break;
      } catch (error) {
        if (attempt > 100) throw error;
        await sleep(100);
      }
    }
    return sizes.map((size) => {
      const ids = Array.from({ length: size }, (_, at) => at + 1);
      const users = join(folder, `users-${size}.csv`);
      writeFileSync(users, `id,userName,email,active,authenticationType\n${ids.map((id) => `${id},u${id},u${id}@x.example,true,idp\n`).join('')}`);
      const [plan, scripts] = [join(folder, `plan-${size}`), join(folder, `scripts-${size}`)];
      const words = ['--users', users, '--auth-mode', 'multi', '--skip-rule', 'duplicate-group-name', '--skip-rule', 'inactive-basic-member'];
      run(process.execPath, [PROGRAM, 'plan', ...words, '--out', plan]);
      run(process.execPath, [PROGRAM, 'script', plan, '--dialect', 'mysql', '--out', scripts]);
      client(`DROP DATABASE IF EXISTS j; CREATE DATABASE j; USE j; ${TABLES}
SET autocommit=0; ${ids.map((id) => `INSERT INTO userbase VALUES (${id},'u${id}','u${id}@x.example',NULL);`).join('\n')} COMMIT;`);
      const file = join(scripts, 'apply.sql');
      const text = readFileSync(file, 'utf8');
      const begin = performance.now();
      const last = client(text, 'j').trimEnd().split('\n').at(-1);
      const wall = performance.now() - begin;
      if (last !== 'REHEARSED') throw new Error(`the script of ${size} renames ended with ${last}`);
      return { size, wall, bytes: statSync(file).size };
    });
  } finally {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
