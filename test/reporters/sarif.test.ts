import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withBaseline } from '../../src/audit/not-counted.js';
import { USUAL_RULES } from '../support/fixture-pages.js';
import { itWith, requiredProgram, temporaryFolders } from '../support/machine.js';
import { REAL_PARTS } from '../support/real-parts.js';
import { runCli } from '../support/run.js';
import { accepting, checkObservatory, nastyReport, ROOT, renderAs, reportOf } from './documents.js';
import { schemaBreaches } from './judges.js';

const makeFolder = temporaryFolders();

// Install scripts, which would make the validator executable, are not run.
for (const file of REAL_PARTS.multitool.programs) if (existsSync(file)) chmodSync(file, 0o755);

const schema = JSON.parse(readFileSync(join(ROOT, 'fixtures/schemas/sarif-2.1.0.json'), 'utf8'));
const runOf = (text: string) => JSON.parse(text).runs[0];
type Result = {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations: { physicalLocation: { artifactLocation: { uri: string }; region?: { startLine: number } }; logicalLocations?: unknown }[];
  relatedLocations?: { id: number }[];
  suppressions?: unknown;
};

describe('sarif', () => {
  it('fits the schema of OASIS, for the observatory', async () => {
    const { stdout, code } = await checkObservatory('sarif');
    expect(code).toBe(1);
    const log = JSON.parse(stdout);
    expect(schemaBreaches(log, schema)).toEqual([]);
    expect(log.$schema).toBe(schema.id);
    const { tool, results, invocations } = log.runs[0];
    expect(results).toHaveLength(120);
    expect(invocations[0].executionSuccessful).toBe(true);
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(USUAL_RULES.map(({ name }) => name));
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect(results.map(({ level }: Result) => level).join()).toMatch(/^(?:error,){103}warning(?:,warning)*$/);
    expect(results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'fixtures/organizations/observatory/users.csv' },
      region: { startLine: 6 },
    });
    const contest = results.find(({ ruleId }: Result) => ruleId === 'conflicting-users');
    expect(contest.relatedLocations).toHaveLength(1);
    expect(contest.message.text).toMatch(/ Also: \[line 119\]\(1\)\.$/);
  });

  it('has the same fingerprints as the JSON report', async () => {
    const json = JSON.parse((await checkObservatory('json')).stdout);
    const { results } = runOf((await checkObservatory('sarif')).stdout);
    const own = results.map(
      (result: Result & { partialFingerprints: Record<string, string> }) => `${result.ruleId}:${result.partialFingerprints['scimAudit/v1']}`,
    );
    expect(own.sort()).toEqual(json.findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint).sort());
  });

  it('names rows of a database as logical locations, without lines', async () => {
    const { stdout, code } = await runCli(
      ['check', 'fixtures/organizations/observatory-jama/observatory.sqlite', '--auth-mode', 'basic', '--format', 'sarif'],
      { cwd: ROOT },
    );
    expect(code).toBe(1);
    const log = JSON.parse(stdout);
    expect(schemaBreaches(log, schema)).toEqual([]);
    const [{ locations }] = log.runs[0].results;
    expect(locations[0].physicalLocation.region).toBeUndefined();
    expect(locations[0].logicalLocations[0].fullyQualifiedName).toMatch(/^\w+\/\d+$/);
  });

  it('tells which rules were not checked', async () => {
    const { stdout } = await checkObservatory('sarif', '--skip-rule', 'duplicate-email');
    expect(schemaBreaches(JSON.parse(stdout), schema)).toEqual([]);
    const [{ associatedRule, message }] = runOf(stdout).invocations[0].toolConfigurationNotifications;
    expect(associatedRule.id).toBe('duplicate-email');
    expect(message.text).toContain('skipped with --skip-rule');
  });

  it('suppresses what was accepted', async () => {
    const report = accepting(reportOf([{ userName: 'ana', email: 'ana@dome.example' }]), 0, { reason: 'leaves in May', owner: 'Cleo', expires: '2026-05-31' });
    const text = await renderAs('sarif', report);
    expect(schemaBreaches(JSON.parse(text), schema)).toEqual([]);
    const accepted = runOf(text).results.filter(({ suppressions }: Result) => suppressions !== undefined);
    expect(accepted).toHaveLength(1);
    expect(accepted[0].suppressions).toEqual([{ kind: 'external', status: 'accepted', justification: 'accepted by Cleo until 2026-05-31: leaves in May' }]);
  });

  it('calls what the baseline had unchanged, and everything else new; neither is suppressed', async () => {
    const people = [
      { userName: 'ana', email: 'ana@dome.example' },
      { userName: 'ben', email: 'ben@dome.example' },
    ];
    const report = reportOf(people);
    const baseline = withBaseline(report, new Set([report.findings[0].fingerprint]), 'before.json');
    const text = await renderAs('sarif', baseline);
    expect(schemaBreaches(JSON.parse(text), schema)).toEqual([]);
    const results: (Result & { baselineState?: string })[] = runOf(text).results;
    expect(results.filter(({ baselineState }) => baselineState === 'unchanged')).toHaveLength(1);
    expect(new Set(results.map(({ baselineState }) => baselineState))).toEqual(new Set(['unchanged', 'new']));
    expect(results.some(({ suppressions }) => suppressions !== undefined)).toBe(false);
    expect(runOf(await renderAs('sarif', report)).results[0].baselineState).toBeUndefined();
  });

  it('gives GitHub a hash of each result that stays when other rows change', async () => {
    const ana = { userName: 'ana', email: 'ana@dome.example' };
    const hashOf = async (people: Parameters<typeof reportOf>[0]): Promise<string> => {
      const found = runOf(await renderAs('sarif', reportOf(people))).results.find(({ ruleId }: Result) => ruleId === 'username-email-mismatch');
      return found.partialFingerprints.primaryLocationLineHash;
    };
    const before = await hashOf([ana]);
    expect(before).toMatch(/^[0-9a-f]{12,}:1$/);
    expect(
      await hashOf([
        { ...ana, line: 40 },
        { userName: 'cy@dome.example', email: 'cy@dome.example' },
      ]),
    ).toBe(before);
    expect(await hashOf([{ ...ana, userName: 'anna' }])).not.toBe(before);
  });

  itWith('multitool', 'passes the rules of GitHub in Sarif.Multitool without an error', async () => {
    const folder = makeFolder({ 'report.sarif': (await checkObservatory('sarif', '--skip-rule', 'duplicate-email')).stdout });
    const { stdout } = spawnSync(requiredProgram('multitool'), ['validate', 'report.sarif', '--rule-kind', 'Sarif;Ghas'], {
      cwd: folder,
      encoding: 'utf8',
      env: { HOME: folder, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1', DOTNET_BUNDLE_EXTRACT_BASE_DIR: join(folder, 'extracted') },
    });
    expect(stdout).toContain('1 files scanned');
    expect(stdout.split('\n').filter((line) => line.includes(': error '))).toEqual([]);
  });

  it('stops at 25,000 results, the most severe first, and says so', async () => {
    const people = Array.from({ length: 25_100 }, (_, at) => ({ userName: at < 50 ? `U${at}@dome.example` : `u${at}`, email: `u${at}@dome.example` }));
    const { results, invocations } = runOf(await renderAs('sarif', reportOf(people)));
    expect(results).toHaveLength(25_000);
    expect(new Set(results.map(({ level }: Result) => level))).toEqual(new Set(['error']));
    expect(invocations[0].toolExecutionNotifications[0].message.text).toContain('101 of 25,101 findings are left out');
  });

  it('caps the related locations of a huge contest', async () => {
    const report = reportOf(Array.from({ length: 1000 }, (_, at) => ({ userName: `u${at}`, email: 'dome@dome.example' })));
    const [contest] = runOf(await renderAs('sarif', report)).results.filter(({ ruleId }: Result) => ruleId === 'conflicting-users');
    expect(contest.relatedLocations).toHaveLength(100);
    expect(contest.message.text).toMatch(/and further ones\.$/);
  });

  it('encodes paths', async () => {
    const report = reportOf([{ userName: 'ana', email: 'ana@dome.example' }]);
    const inputs = report.snapshot.inputs.map((input) => ({ ...input, file: './a b/ü#?%:x.csv' }));
    const [{ locations }] = runOf(await renderAs('sarif', { ...report, snapshot: { ...report.snapshot, inputs } })).results;
    expect(locations[0].physicalLocation.artifactLocation.uri).toBe('a%20b/%C3%BC%23%3F%25%3Ax.csv');
  });

  it('stays valid, without links or placeholders of its own, whatever the export holds', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        const log = JSON.parse(await renderAs('sarif', report));
        expect(schemaBreaches(log, schema)).toEqual([]);
        for (const { message } of log.runs[0].results as Result[]) {
          expect(message.text.replaceAll(/\[(?:line|row) \d+\]\(\d\)/g, '')).not.toContain('](');
          expect(message.text.replaceAll('{{', '').replaceAll('}}', '')).not.toMatch(/[{}]/);
        }
      }),
      { numRuns: 50 },
    );
  });
});
