import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/rules/registry.js';
import { pagedRules, pageOf, type RuleCase, readCases, withFindings } from '../support/rule-pages.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

type Shown = Readonly<Record<string, unknown>>;

const makeFolder = temporaryFolders();
const isUpdating = process.env.UPDATE_RULES !== undefined && process.env.CI === undefined;

/** Returns what `check` reports of the rule, without what nobody would write by hand. */
async function check({ rule, files }: RuleCase): Promise<Shown[]> {
  const folder = makeFolder(files);
  const settings = Object.hasOwn(files, 'settings.json') ? ['--config', 'settings.json'] : ['--auth-mode', 'multi'];
  const { code, stdout, stderr } = await runCli(['check', '.', ...settings, '--format', 'json'], { cwd: folder });
  if (code !== 0 && code !== 1) throw new Error(`check ended with ${code}: ${stderr}`);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Shown[] };
  return findings.filter((finding) => finding.rule === rule).map(({ fingerprint: _, message: __, ...rest }) => rest);
}

it('fixtures/rules has a page for every rule, and no other', () => {
  expect(pagedRules()).toEqual(RULES.map(({ name }) => name).sort());
});

describe.each(pagedRules())('%s', (rule) => {
  const cases = readCases(rule);

  it('has cases, each with a name of its own', () => {
    const names = cases.filter(({ kind }) => kind === 'ng').map(({ name }) => name);
    expect(names).not.toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(cases)('$kind $name', async (each) => {
    const found = await check(each);
    if (isUpdating && each.kind === 'ng') writeFileSync(pageOf(rule), withFindings(readFileSync(pageOf(rule), 'utf8'), each.name, found));
    else expect(each.expected, 'the page has no findings for this case: run npm run rules').toBeDefined();
    if (each.kind === 'ng') expect(found, 'an ng case has findings').not.toEqual([]);
    if (!isUpdating || each.kind === 'ok') expect(found).toEqual(each.expected);
  });
});

/** Returns the message of the only conflict of a case. */
async function messageOf(name: string): Promise<string> {
  const { stdout } = await runCli([
    'check',
    makeFolder(readCases('conflicting-users').find((each) => each.kind === 'ng' && each.name === name)?.files),
    '--auth-mode',
    'multi',
    '--format',
    'json',
    '--skip-rule',
    'duplicate-group-name',
    '--skip-rule',
    'inactive-basic-member',
  ]);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly rule: string; readonly message: string }[] };
  return findings.find(({ rule }) => rule === 'conflicting-users')?.message ?? '';
}

describe('a shared email', () => {
  it('is needed by all where everybody listed needs the update', async () => {
    expect(await messageOf('same-email-of-three')).toContain(': all need it as their username, and only one can have it (');
  });

  it('is needed by so many where others merely hold it', async () => {
    expect(await messageOf('same-email-of-a-held-username')).toBe(
      '3 users need or hold the username "oven@bakery.example": 2 of them need it as their username, and only one can have it (ids 20, 21 and 22).',
    );
  });
});

it('the administrators that the configuration names are counted with those who are missing', async () => {
  const folder = makeFolder({
    'users.csv':
      'id,userName,email,active,authenticationType\n1,root,root@bakery.example,true,basic\n2,rye@bakery.example,rye@bakery.example,true,idp\n3,oat@bakery.example,oat@bakery.example,false,idp\n',
    'groups.csv': 'id,name,project\n7,Ovens,\n',
    'memberships.csv': 'groupId,userId\n7,2\n',
    'scim-audit.config.json': '{"authMode":"multi","environment":{"administrators":["root","spelt"]}}',
  });
  const { stdout } = await runCli(['check', '.', '--format', 'json'], { cwd: folder });
  expect(stdout).toContain('Only \\"root\\" of the organization administrators that the configuration names (2) is');
});
