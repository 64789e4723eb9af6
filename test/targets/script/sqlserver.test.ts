/**
 * SQL Server cannot run here. No parser of T-SQL for Node.js reads TRY … CATCH, THROW and table variables, so the scripts
 * are read by the small reader below: literals, comments, brackets, blocks, and the beginning of each statement.
 */

import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/model/finding.js';
import { DIGEST, planOf, rename, scriptsOf } from './database.js';

const VALUES = ["'; DROP TABLE userbase; --", 'line\nGO\nend', '\r\n:r x', '$(x)', '!! dir', ']', '\u{1F52D} é ß', '0x00'];

const CHANGES: readonly Change[] = [
  ...VALUES.map((value, at) => rename(`${at + 1}`, value, `${value} new`)),
  rename('1', '', 'a@x.example', 'email'),
  rename('1', 'true', 'false', 'active'),
  { kind: 'replace-group', group: '10', attribute: 'displayName', from: 'reviewers', to: 'reviewers (EU)' },
  { kind: 'remove-member', group: '9', user: '6' },
  { kind: 'add-member', group: '10', user: '1' },
];

const { check, apply, undo, readme } = scriptsOf(planOf(CHANGES), undefined, 'sqlserver');

type Token = { readonly kind: 'word' | 'literal' | 'sign' | 'name'; readonly text: string };

const TOKEN =
  /\s+|--[^\n]*|(?<literal>N?'(?:[^']|'')*'|0x[0-9A-F]*|\d+)|(?<name>\[(?:[^\]]|\]\])*\]|@@?\w+)|(?<word>[A-Za-z_]\w*)|(?<sign><>|<=|>=|[-+*=<>(),;.])/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const { groups } = TOKEN.exec(text) ?? {};
    if (groups === undefined) throw new Error(`no token at ${JSON.stringify(text.slice(at, at + 40))}`);
    for (const kind of ['literal', 'name', 'word', 'sign'] as const) if (groups[kind] !== undefined) tokens.push({ kind, text: groups[kind] });
  }
  return tokens;
}

/** Returns what opens and is not closed, or closes what is not open. */
function imbalances(tokens: readonly Token[]): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  tokens.forEach(({ kind, text }, at) => {
    const next = tokens[at + 1]?.text;
    const before = tokens[at - 1]?.text;
    const close = (opener: string): void => {
      if (open.pop() !== opener) wrong.push(`${text} ${next} at ${at}`);
    };
    if (text === '(') open.push('(');
    else if (text === ')') close('(');
    else if (kind !== 'word') return;
    else if (text === 'CASE') open.push('CASE');
    else if (text === 'BEGIN' && (next === 'TRY' || next === 'CATCH')) open.push(next);
    else if (text === 'BEGIN' && next !== 'TRANSACTION') open.push('BEGIN');
    else if (text === 'END') close(next === 'TRY' || next === 'CATCH' ? next : open.at(-1) === 'CASE' ? 'CASE' : 'BEGIN');
    else if (text === 'CATCH' && before === 'BEGIN' && open.includes('TRY')) wrong.push(`CATCH within TRY at ${at}`);
  });
  return [...wrong, ...open];
}

const STARTS = new Set('SET DECLARE BEGIN END IF INSERT SELECT UPDATE DELETE WHILE THROW COMMIT ROLLBACK'.split(' '));

describe.each([
  ['check.sql', check],
  ['apply.sql', apply],
  ['undo.sql', undo],
])('%s for SQL Server', (_, text) => {
  const tokens = tokensOf(text);

  it('is ASCII, one batch, and every statement begins as one', () => {
    expect(text).toMatch(/^[\x0a\x20-\x7e]*$/);
    expect(imbalances(tokens)).toEqual([]);
    const starts = tokens.flatMap(({ text: word }, at) => (at === 0 || tokens[at - 1].text === ';' ? [word] : []));
    expect(starts.filter((word) => !STARTS.has(word))).toEqual([]);
    // A line that begins so would be a command of sqlcmd.
    expect(text).not.toMatch(/^\s*(?:GO\b|:|!!)/im);
    expect(text).not.toContain('$(');
    // The reader sees what is missing.
    expect(imbalances(tokensOf(text.replace('END TRY', '')))).not.toEqual([]);
  });

  it('has the settings that indexes and rollback need, and none of what a script must not do', () => {
    for (const setting of [
      'NOCOUNT',
      'XACT_ABORT',
      'QUOTED_IDENTIFIER',
      'ANSI_NULLS',
      'ANSI_PADDING',
      'ANSI_WARNINGS',
      'ARITHABORT',
      'CONCAT_NULL_YIELDS_NULL',
    ])
      expect(text).toContain(`SET ${setting} ON;`);
    expect(text).toContain('SET LOCK_TIMEOUT 15000;');
    expect(text).not.toMatch(/\b(?:CREATE|ALTER|DROP|EXEC|EXECUTE|RAISERROR|MERGE|TRUNCATE)\b/);
  });

  it('compares texts by their bytes, writes no value but as hexadecimal, and has at most 1,000 rows in a list', () => {
    for (const value of VALUES) expect(text.replace(/--[^\n]*/g, '')).not.toContain(`'${value}`);
    expect(text).toContain(`0x${Buffer.from('$(x)', 'utf16le').toString('hex').toUpperCase()}`);
    expect(text).toContain('CONVERT(varbinary(2000), CONVERT(nvarchar(1000), u.[userName])) = r.oldValue');
  });

  it('ends with one result row, after an error as well', () => {
    expect(text).toMatch(
      /BEGIN CATCH\n(?: {2}IF XACT_STATE\(\) <> 0 ROLLBACK TRANSACTION;\n)? {2}SELECT ERROR_MESSAGE\(\) AS \[scim-audit\];\n {2}SELECT N'(?:REFUSED|NOT AS PLANNED)' AS result;\n {2}THROW;\nEND CATCH;\n$/,
    );
  });
});

describe('the order of a script for SQL Server', () => {
  it.each([
    ['apply.sql', apply],
    ['undo.sql', undo],
  ])('%s: locked, compared, written, read back, and only then committed', (_, text) => {
    const places = [
      'BEGIN TRY',
      'BEGIN TRANSACTION;',
      'WITH (UPDLOCK, HOLDLOCK)',
      'THROW 50005',
      'THROW 50006',
      'WHILE @seq <= ',
      'IF @changed <> 1',
      'THROW 50008',
      'COMMIT TRANSACTION;',
      'ROLLBACK TRANSACTION;',
      'END TRY',
    ].map((part) => text.indexOf(part));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text.match(/COMMIT/g)).toHaveLength(1);
    expect(text).toContain(`IF @result IS NULL AND @scim_audit_apply = '${DIGEST}' BEGIN COMMIT TRANSACTION;`);
    expect(text).toContain("DECLARE @scim_audit_apply varchar(100) = '';");
    expect(text).toContain('is_identity = 0');
  });

  it('a check writes nothing', () => {
    expect(check).not.toMatch(/\b(?:UPDATE|DELETE|COMMIT|TRANSACTION;)/);
    expect(check.match(/INSERT INTO (?!@)/g)).toBeNull();
  });

  it('1,001 rows are two lists', () => {
    const many = scriptsOf(planOf(Array.from({ length: 1001 }, (_, at) => rename(`${at}`, `a${at}`, `b${at}`))), undefined, 'sqlserver');
    expect(many.apply.match(/INSERT INTO @step VALUES/g)).toHaveLength(2);
  });

  it('README.txt says that they were never run', () => {
    expect(readme).toContain('NEVER BEEN RUN');
    expect(readme).toContain('sqlcmd -b -I -x');
  });
});
