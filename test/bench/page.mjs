/** How long the page of a plan takes to answer a choice, in a real browser. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

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
