import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { unpack } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { type CliResult, runCli } from '../support/run.js';

const newFolder = temporaryFolders();

type Kind = 'csv' | 'sqlite';
const SOURCES: Readonly<Record<Kind, string>> = { csv: 'source', sqlite: 'source.sqlite' };
const KINDS = ['csv', 'sqlite'] as const;

/** Returns a folder with what version 1 left, and the folder of its run. */
function copyOf(kind: Kind): { readonly cwd: string; readonly run: string } {
  const root = realpathSync(newFolder());
  const cwd = join(unpack('version-1', root), kind);
  const runs = join(cwd, 'plan/runs');
  const run = join(runs, readdirSync(runs)[0]);
  const journal = join(run, 'journal.jsonl');
  const lines = readFileSync(journal, 'utf8').replaceAll('/version-1', root).split('\n');
  const intents = lines.filter((line) => line.startsWith('{"type":"intent"'));
  const sha256 = createHash('sha256')
    .update(intents.map((line) => `${line}\n`).join(''))
    .digest('hex');
  writeFileSync(journal, lines.map((line) => line.replace(/("type":"announced".*"sha256":")[0-9a-f]+/, `$1${sha256}`)).join('\n'));
  return { cwd, run };
}

const run = (cwd: string, ...args: string[]): Promise<CliResult> => runCli(args, { cwd });

/** Returns the usernames of a source by id. */
function userNamesIn(cwd: string, kind: Kind): Record<string, string> {
  if (kind === 'sqlite') {
    const db = new Database(join(cwd, 'source.sqlite'), { readonly: true });
    const rows = db.prepare('SELECT id, userName FROM users').all() as { id: number; userName: string }[];
    db.close();
    return Object.fromEntries(rows.map(({ id, userName }) => [String(id), userName]));
  }
  return Object.fromEntries(
    readFileSync(join(cwd, 'source/users.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(0, 2)),
  );
}

/** Somebody gives user 6 another username. */
function rename(cwd: string, kind: Kind): void {
  if (kind === 'csv') {
    const file = join(cwd, 'source/users.csv');
    writeFileSync(file, readFileSync(file, 'utf8').replace('6,stella,', '6,estrella,').replace('2,brahe@dome.example,', '2,tyge,'));
    return;
  }
  const db = new Database(join(cwd, 'source.sqlite'));
  db.exec("UPDATE users SET userName = 'estrella' WHERE id = 6; UPDATE users SET userName = 'tyge' WHERE id = 2");
  db.close();
}

const BEFORE = { 1: 'ana', 2: 'tycho', 3: 'BRAHE@dome.example' };
const AFTER = { 1: 'ana@dome.example', 2: 'brahe@dome.example', 3: 'sophie@dome.example' };

describe('a plan of version 1', () => {
  const COMMAND = `scim-audit plan SOURCE --auth-mode multi --out plan`;

  it.each(KINDS)('is refused, with the command that makes it anew: %s', async (kind) => {
    const { cwd } = copyOf(kind);
    const source = SOURCES[kind];
    for (const args of [
      ['apply', 'plan', source, '--in-place', '--yes'],
      ['apply', 'plan/plan.json', source, '--out', 'fixed', '--yes'],
      ['verify', 'plan', source],
      ['show', 'plan', source],
      ['show', 'plan'],
    ]) {
      const { code, stderr } = await run(cwd, ...args);
      expect(code).toBe(2);
      expect(stderr).toContain('plan/plan.json was made by version 1 of scim-audit, which compared names in another way.');
      expect(stderr).toContain(COMMAND.replace('SOURCE', args.length === 2 ? 'SOURCE' : source));
    }
    expect(userNamesIn(cwd, kind)).toMatchObject(AFTER);
  });

  it('says again every option that it was made with', async () => {
    const { cwd } = copyOf('csv');
    const file = join(cwd, 'plan/plan.json');
    const settings = {
      authMode: 'saml',
      syncGroups: ['Night shift', "O'Neil"],
      skipRules: ['missing-email'],
      severities: {},
      authTypeMap: { ldap: 'basic' },
      leaveOutUsers: ['1'],
      columns: { users: { userName: 'Login name' } },
      tables: { groups: 'teams' },
      delimiter: ';',
      encoding: 'windows-1252',
      assumeActive: true,
      idp: { provider: 'okta', inputs: [{ path: 'okta users.csv', role: 'idp-users', sha256: '0', rows: 1 }] },
    };
    const text = JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), digest: '', settings }, undefined, 2);
    writeFileSync(file, text.replace('"digest": ""', `"digest": "sha256:${createHash('sha256').update(text).digest('hex')}"`));
    const { stderr } = await run(cwd, 'apply', 'plan', '--users', 'source/users.csv', '--in-place', '--yes');
    expect(stderr).toContain(
      `scim-audit plan --users source/users.csv --auth-mode saml --sync-group 'Night shift' --sync-group 'O'\\''Neil' --skip-rule missing-email --leave-out-user 1 --column 'users.userName=Login name' --table groups=teams --auth-type-map ldap=basic --delimiter ';' --encoding windows-1252 --assume-active --idp okta --idp-users 'okta users.csv' --out plan`,
    );
  });
});

describe('a run of version 1', () => {
  it.each(KINDS)('is listed, and undone: %s', async (kind) => {
    const { cwd, run: folder } = copyOf(kind);
    expect((await run(cwd, 'runs', 'plan')).stdout).toContain('finished  in place  3 of 3 actions done');
    expect(userNamesIn(cwd, kind)).toMatchObject(AFTER);
    const { code, stderr } = await run(cwd, 'undo', folder, '--yes');
    expect(stderr).toContain('undone: 3 actions; everything is as it was before the run');
    expect(code).toBe(0);
    expect(userNamesIn(cwd, kind)).toMatchObject(BEFORE);
    if (kind === 'csv') expect(readFileSync(join(cwd, 'source/users.csv'))).toEqual(readFileSync(join(folder, 'backup/1-users.csv')));
    expect((await run(cwd, 'undo', folder, '--yes')).stderr).toContain('exit 0: the run has already been undone');
  });

  it.each(KINDS)('is undone around what somebody has changed since: %s', async (kind) => {
    const { cwd, run: folder } = copyOf(kind);
    rename(cwd, kind);
    const shown = await run(cwd, 'undo', folder, '--dry-run');
    expect(shown.stderr).toContain('exit 0: dry run: 2 actions would be undone, 1 action left alone');
    const { code, stderr } = await run(cwd, 'undo', folder, '--yes');
    expect(stderr).toContain('undone: 2 actions, 1 action left alone');
    expect(code).toBe(0);
    expect(userNamesIn(cwd, kind)).toMatchObject({ ...BEFORE, 2: 'tyge', 6: 'estrella' });
  });
});

describe('decisions of version 1', () => {
  it.each(KINDS)('carry over into a new plan in the same folder: %s', async (kind) => {
    const { cwd, run: folder } = copyOf(kind);
    await run(cwd, 'undo', folder, '--yes');
    const { code, stdout, stderr } = await run(cwd, 'plan', SOURCES[kind], '--auth-mode', 'multi', '--out', 'plan');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('accepted');
    expect(stdout).not.toContain('Outdated');
    const answered = readFileSync(join(cwd, 'plan/decisions.csv'), 'utf8');
    for (const answer of ['former-7@dome.example', 'Observers (night)', 'left for a year', '2099-12-31']) expect(answered).toContain(answer);
    const plan = JSON.parse(readFileSync(join(cwd, 'plan/plan.json'), 'utf8'));
    expect(plan.schemaVersion).toBe(2);
    expect(plan.open).toEqual([]);
    expect((await run(cwd, 'apply', 'plan', SOURCES[kind], '--in-place', '--yes')).code).toBe(0);
    expect(userNamesIn(cwd, kind)).toMatchObject({ ...AFTER, 6: 'nova@dome.example', 7: 'former-7@dome.example' });
  });

  it('carry over from another folder, and into a check', async () => {
    const { cwd, run: folder } = copyOf('csv');
    await run(cwd, 'undo', folder, '--yes');
    const planned = await run(cwd, 'plan', 'source', '--auth-mode', 'multi', '--out', 'anew', '--decisions', 'plan/decisions.csv');
    expect(planned.stderr).toContain('exit 0');
    expect(readFileSync(join(cwd, 'anew/decisions.csv'), 'utf8')).toContain('former-7@dome.example');
    const { stdout } = await run(cwd, 'check', 'source', '--auth-mode', 'multi', '--decisions', 'plan/decisions.csv', '--format', 'json');
    expect(JSON.parse(stdout).summary.accepted).toBe(2);
  });
});

describe('certificates and baselines of version 1', () => {
  it('shut the gate with the command that certifies anew', async () => {
    const { cwd } = copyOf('csv');
    const { code, stderr } = await run(cwd, 'gate', 'certificate.json', 'source');
    expect(code).toBe(2);
    expect(stderr).toContain('certificate.json was made by version 1 of scim-audit, which compared names in another way.');
    expect(stderr).toContain('Make it again: scim-audit check source --auth-mode multi --certificate certificate.json');
  });

  it('are known by their missing collation, and refused with the command that makes them anew', async () => {
    const { cwd, run: folder } = copyOf('csv');
    await run(cwd, 'undo', folder, '--yes');
    const { code, stdout, stderr } = await run(cwd, 'check', 'source', '--auth-mode', 'multi', '--baseline', 'report.json');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('report.json was made by version 1 of scim-audit');
    const [command] = /scim-audit check .*$/m.exec(stderr) ?? [''];
    expect(command).toBe('scim-audit check source --auth-mode multi --format json --output report.json');
    await run(cwd, ...command.split(' ').slice(1));
    expect((await run(cwd, 'check', 'source', '--auth-mode', 'multi', '--baseline', 'report.json')).stderr).toContain('exit 0: No new findings');
  });
});

describe('plan.json', () => {
  const files = {
    'users.csv': 'id,userName,email,active\n1,ana,ana@x.org,true\n2,dag,dag@x.org,false\n',
    'groups.csv': 'id,name,project\n7,O,\n',
    'memberships.csv': 'groupId,userId\n7,1\n',
  };

  it('is the same bytes wherever it is made', async () => {
    const texts: string[] = [];
    const make = async (cwd: string, source: readonly string[], list: string, planned = 'plan'): Promise<void> => {
      const { code, stderr } = await run(cwd, 'plan', ...source, '--auth-mode', 'multi', '--auth-types', list, '--out', planned);
      expect(code, stderr).toBe(0);
      texts.push(readFileSync(join(cwd, planned, 'plan.json'), 'utf8'));
    };
    const types = 'id,auth\n1,idp\n2,basic\n';
    const inside = Object.fromEntries(Object.entries(files).map(([name, text]) => [`export/${name}`, text]));
    const a = newFolder({ ...inside, 'types.csv': types });
    await make(a, ['export'], 'types.csv');
    await make(a, ['--users', 'export/users.csv', '--groups', 'export/groups.csv', '--memberships', 'export/memberships.csv'], './types.csv', 'b');
    const c = newFolder();
    mkdirSync(join(c, 'deep/down'), { recursive: true });
    cpSync(join(a, 'export'), join(c, 'deep/down/of march'), { recursive: true });
    writeFileSync(join(c, 'deep/types.csv'), types);
    await make(c, [join(c, 'deep/down/of march')], join(c, 'deep/types.csv'));
    await make(join(c, 'deep/down/of march'), ['.'], '../../types.csv', '../plan');
    await make(
      join(c, 'deep'),
      ['--users', join(c, 'deep/down/of march/users.csv'), '--groups', 'down/of march/groups.csv', '--memberships', 'down/of march/memberships.csv'],
      'types.csv',
    );
    expect(new Set(texts).size).toBe(1);
    expect(JSON.parse(texts[0]).snapshot.inputs.map(({ path }: { path: string }) => path)).toEqual(['users.csv', 'groups.csv', 'memberships.csv']);
    expect(JSON.parse(texts[0]).settings.typeList.path).toBe('types.csv');
  });

  it('tells lists of one name apart by the folders that part them', async () => {
    const cwd = newFolder({
      'a/users.csv': files['users.csv'],
      'b/users.csv': 'id,userName,email,active\n3,eva,eva@x.org,true\n',
      'c/groups.csv': files['groups.csv'],
      'c/memberships.csv': files['memberships.csv'],
    });
    await run(
      cwd,
      'plan',
      '--users',
      'a/users.csv',
      '--users',
      './b/users.csv',
      '--groups',
      'c/groups.csv',
      '--memberships',
      join(cwd, 'c/memberships.csv'),
      '--auth-mode',
      'saml',
      '--out',
      'plan',
    );
    const plan = JSON.parse(readFileSync(join(cwd, 'plan/plan.json'), 'utf8'));
    expect(plan.snapshot.inputs.map(({ path }: { path: string }) => path)).toEqual(['a/users.csv', 'b/users.csv', 'c/groups.csv', 'c/memberships.csv']);
  });
});
