/**
 * What only real programs show: how long the page of a plan takes to answer in a browser, and MariaDB for a script of
 * renames.
 */

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

// How long the page of a plan takes to answer a choice, in a real browser.

const PROGRAM = fileURLToPath(new URL('../../bin/scim-audit.js', import.meta.url));
/** Questions that are answered one after the other, and left open again once all are answered; the first pays for what is made ready. */
const CHOICES = 20;

/**
 * Returns the milliseconds that the slowest and the middle choice took, those until the page can be used, and those of answering all that is open at once.
 * @param {number} users @param {number} questions @param {boolean} hasProvider
 */
export function measurePage(users, questions, hasProvider) {
  const folder = mkdtempSync(join(tmpdir(), 'scim-audit-bench-page-'));
  try {
    const data = join(folder, 'export');
    mkdirSync(data);
    writeFileSync(join(data, 'users.csv'), usersCsv(users, questions));
    writeFileSync(join(data, 'groups.csv'), 'id,name,project\n1,Observers,\n');
    writeFileSync(join(data, 'memberships.csv'), 'groupId,userId\n1,1\n');
    const provider = hasProvider ? ['--idp', 'okta', '--idp-users', join(folder, 'okta.csv')] : [];
    if (hasProvider) writeFileSync(join(folder, 'okta.csv'), oktaCsv(users, questions));
    const plan = spawnSync(process.execPath, [PROGRAM, 'plan', data, '--auth-mode', 'multi', ...provider, '--out', join(folder, 'plan')], { encoding: 'utf8' });
    if (plan.status !== 0) throw new Error(plan.stderr);
    return JSON.parse(browse(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Two accounts want each address of a question; nobody else needs a decision. @param {number} users @param {number} questions */
function usersCsv(users, questions) {
  const lines = ['id,userName,email,active,authenticationType'];
  for (let at = 0; at < questions; at++) {
    lines.push(`${lines.length},login${at},wanted${at}@observatory.example,true,idp`);
    lines.push(`${lines.length},wanted${at}@observatory.example,other${at}@observatory.example,false,idp`);
  }
  while (lines.length <= users) {
    const name = `person${lines.length}@observatory.example`;
    lines.push(`${lines.length},${lines.length % 5 === 0 ? `p${lines.length}` : name},${name},true,idp`);
  }
  return `${lines.join('\n')}\n`;
}

/** The provider has everybody by email. @param {number} users @param {number} questions */
function oktaCsv(users, questions) {
  const lines = ['login,email,status'];
  for (let at = 0; at < questions; at++) lines.push(`wanted${at}@observatory.example,wanted${at}@observatory.example,ACTIVE`);
  for (let at = 2 * questions + 1; at <= users; at++) lines.push(`person${at}@observatory.example,person${at}@observatory.example,ACTIVE`);
  return `${lines.join('\n')}\n`;
}

/** @param {string} folder */
function browse(folder) {
  // The browser writes the tree once everything is loaded; what the handler of the frame does comes before that.
  const script = `
    const start = performance.now();
    document.querySelector('iframe').onload = ({ target: { contentDocument: page } }) => {
      const ready = performance.now() - start;
      const times = [];
      const timed = (act) => {
        const begin = performance.now();
        act();
        return performance.now() - begin;
      };
      const press = (name) => [...page.querySelectorAll('button')].find(({ textContent }) => textContent.startsWith(name)).click();
      const cards = [...page.querySelectorAll('.card')].slice(0, ${CHOICES});
      for (const card of cards) times.push(timed(() => card.querySelector('input[data-letter=s]').click()));
      const preview = timed(() => press('The same for all'));
      const all = timed(() => press('Answer '));
      const progress = page.querySelector('#progress').textContent;
      for (const card of cards) times.push(timed(() => card.querySelector('input[data-letter=o]').click()));
      const rest = times.slice(1).sort((a, b) => a - b);
      const told = { ready, first: times[0], middle: rest[rest.length >> 1], slowest: rest.at(-1), all: Math.max(preview, all), progress };
      document.body.innerHTML = '<pre>' + JSON.stringify(told) + '</pre>';
    };`;
  const wrapper = join(folder, 'wrapper.html');
  writeFileSync(
    wrapper,
    `<!DOCTYPE html><body><iframe></iframe><script>${script}
    document.querySelector('iframe').src = ${JSON.stringify(pathToFileURL(join(folder, 'plan/plan.html')).href)};</script>`,
  );
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--allow-file-access-from-files', `--user-data-dir=${join(folder, 'profile')}`];
  const { stdout, stderr } = spawnSync('chromium', [...flags, '--dump-dom', pathToFileURL(wrapper).href], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const told = /<pre>(\{.*?\})<\/pre>/s.exec(stdout)?.[1];
  if (told === undefined) throw new Error(`the page told nothing: ${stderr.slice(-300)}`);
  return told;
}

// How long MariaDB takes for a script of renames, with the stock client.

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
