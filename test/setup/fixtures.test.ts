import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNodeAtLocation, type JSONPath, parseTree } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { expectOnPage, unpack } from '../support/fixture-pages.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const root = unpack('setup', temporaryFolders()());

interface Shown {
  readonly check: string;
  readonly severity: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const pathOf = (text: string): JSONPath => [...text.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, at]) => name ?? Number(at));

function offsetOf(text: string, { line, column }: Pick<Shown, 'line' | 'column'>): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
}

describe('fixtures/setup/mapping', () => {
  const names = readdirSync(join(root, 'mapping')).sort();

  it('has cases of both kinds', () => {
    expect(names.filter((name) => name.startsWith('ok.')).length).toBeGreaterThan(10);
    expect(names.filter((name) => name.startsWith('ng.')).length).toBeGreaterThan(15);
    expect(names.filter((name) => !/^(?:ok|ng)\./.test(name))).toEqual([]);
  });

  it.each(names)('%s', async (name) => {
    const file = join(root, 'mapping', name, 'schema.json');
    const { code, stdout } = await runCli(['mapping', file, '--format', 'json']);
    const report = JSON.parse(stdout);
    const findings: readonly Shown[] = report.findings;
    expectOnPage(
      'setup/mapping',
      name,
      findings.map(({ check, severity, path, message }) => ({ check, severity, path, message })),
    );
    expect(code).toBe(name.startsWith('ok.') ? 0 : 1);
    expect(report.asGuided).toBe(code === 0);
    const text = readFileSync(file, 'utf8');
    const tree = parseTree(text);
    if (tree === undefined) throw new Error('no JSON');
    for (const finding of findings) {
      // What is not there is told at what should hold it.
      const path = pathOf(finding.path);
      const node = findNodeAtLocation(tree, path) ?? findNodeAtLocation(tree, path.slice(0, -1));
      expect(offsetOf(text, finding), finding.path).toBe(node?.offset);
    }
  });
});

describe('fixtures/setup/unreadable', () => {
  it.each(readdirSync(join(root, 'unreadable')).sort())('%s', async (name) => {
    const { code, stdout, stderr } = await runCli(['mapping', 'schema.json'], { cwd: join(root, 'unreadable', name) });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expectOnPage(
      'setup/unreadable',
      name,
      stderr.split('\n').filter((line) => line !== '' && !line.startsWith('What to do: ')),
    );
    expect(stderr).toContain('What to do: ');
  });
});
