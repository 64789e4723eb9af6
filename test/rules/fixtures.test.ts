import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/rules/registry.js';
import { runCli } from '../support/run.js';

type Shown = Readonly<Record<string, unknown>>;

const root = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/rules');

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

function isShown(value: unknown): value is Shown {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function findingsOf(report: unknown): Shown[] {
  const findings = isShown(report) ? report.findings : undefined;
  if (!Array.isArray(findings) || !findings.every(isShown)) throw new Error('the report holds no findings');
  return findings;
}

/** Returns what `check` states of the rule, without what no person would write by hand. */
async function check(rule: string, folder: string): Promise<Shown[]> {
  const settings = join(folder, 'settings.json');
  const mode = existsSync(settings) ? ['--config', settings] : ['--auth-mode', 'multi'];
  const { code, stdout, stderr } = await runCli(['check', folder, ...mode, '--format', 'json'], { cwd: folder });
  if (code !== 0 && code !== 1) throw new Error(`check ended with ${code}: ${stderr}`);
  return findingsOf(JSON.parse(stdout))
    .filter((finding) => finding.rule === rule)
    .map(({ fingerprint: _, message: __, ...rest }) => rest);
}

const rules = foldersIn(root);

describe('fixtures/rules', () => {
  it('has a folder for every rule, and no other', () => {
    expect(rules).toEqual(RULES.map(({ name }) => name).sort());
  });

  it.each(rules)('%s has ok and ng cases, two of each name', (rule) => {
    const cases = foldersIn(join(root, rule));
    const named = (prefix: string): string[] => cases.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    expect(named('ng.')).not.toEqual([]);
    expect(named('ok.')).toEqual(named('ng.'));
    expect(cases.filter((name) => !/^(ok|ng)\./.test(name))).toEqual([]);
  });
});

describe.each(rules)('%s', (rule) => {
  it.each(foldersIn(join(root, rule)))('%s', async (name) => {
    const folder = join(root, rule, name);
    // Read first: a case without an expectation is a failure, whatever the program says.
    const expected = readJson(join(folder, 'expected.json'));
    if (name.startsWith('ok.')) expect(expected).toEqual([]);
    else expect(expected).not.toEqual([]);
    expect(await check(rule, folder)).toEqual(expected);
  });
});
