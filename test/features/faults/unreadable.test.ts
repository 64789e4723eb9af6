/** What another user owns and this one may not read: said in a sentence, by every command that would look into it. */

import { chmodSync, chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CliResult, runCli } from '../../support/run.js';
import { temporaryFolders } from '../../support/temporary.js';

const newFolder = temporaryFolders();
const isRoot = process.getuid?.() === 0;
const ANOTHER = 65534;

/** Runs a command in this process, which is another user's meanwhile. */
async function asAnother(words: readonly string[], cwd: string): Promise<CliResult> {
  process.setegid?.(ANOTHER);
  process.seteuid?.(ANOTHER);
  try {
    return await runCli(words, { cwd, isReal: true });
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** A folder with a run, all of which belongs to another user but for what is named. */
async function applied(hidden: string): Promise<{ readonly folder: string; readonly run: string }> {
  const folder = newFolder({
    'exports/users.csv': 'id,userName,email,active,authenticationType\n1,tern,t@h.example,true,idp\n2,gone,g@h.example,false,basic\n',
    'exports/groups.csv': 'id,name\n7,Harbour\n',
    'exports/memberships.csv': 'groupId,userId\n7,1\n',
  });
  for (const words of ['plan exports --auth-mode multi --out plan', 'apply plan exports --in-place --yes']) {
    const { code, stderr } = await runCli(words.split(' '), { cwd: folder, isReal: true });
    expect(code, stderr).toBe(0);
  }
  const [run] = readdirSync(join(folder, 'plan/runs')).filter((name) => !name.startsWith('.'));
  for (const path of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(folder, path), ANOTHER, ANOTHER);
    chmodSync(join(folder, path), path.includes('.') ? 0o600 : 0o755);
  }
  const path = join(folder, hidden.replace('RUN', run));
  chownSync(path, 0, 0);
  chmodSync(path, hidden.endsWith('l') ? 0o600 : 0o700);
  return { folder, run };
}

describe.runIf(isRoot).each(['plan/runs/RUN', 'plan/runs', 'plan', 'plan/runs/RUN/journal.jsonl'])('%s of another user', (hidden) => {
  it.each([
    ['runs plan', hidden.startsWith('plan/runs/') ? 0 : 2],
    ['undo plan/runs/RUN --yes', 4],
    ['undo plan/runs/RUN --dry-run', 4],
    ['show plan', hidden === 'plan' ? 2 : 0],
    ['show plan exports', 2],
    ['apply plan exports --in-place --yes', hidden === 'plan' ? 2 : 4],
    ['plan exports --auth-mode multi --out plan', hidden === 'plan' ? 2 : undefined],
  ])('is told by "%s"', async (words, code) => {
    const { folder, run } = await applied(hidden);
    const result = await asAnother(words.replace('RUN', run).split(' '), folder);
    const said = result.stdout + result.stderr;
    expect(said).not.toMatch(/internal error|bug in scim-audit|no such f/);
    if (code !== undefined) expect(result.code, said).toBe(code);
    if (result.code !== 0 || words.startsWith('runs')) expect(said).toMatch(/you have no permission, and it may belong to another user|no permission to read/);
  });
});
