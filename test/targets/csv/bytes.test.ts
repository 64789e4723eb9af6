import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../../src/model/finding.js';
import type { SpanRow } from '../../../src/sources/csv/cell-spans.js';
import { writeCell } from '../../../src/sources/csv/dialect.js';
import { encodeText } from '../../../src/sources/csv/encoding.js';
import { rewriteCsv } from '../../../src/targets/csv/rewrite.js';
import { tables } from '../../support/tables.js';
import { temporaryFolders } from '../../support/temporary.js';
import { applyAll, bytesBelow, planFor, requestFor, undoAll, writeAll } from '../support.js';

const newFolder = temporaryFolders();
const folder = newFolder();
let count = 0;

const MARKS = { 'utf-8': '', 'utf-8 with a mark': 'efbbbf', 'utf-16le': 'fffe', 'utf-16be': 'feff', 'windows-1252': '' } as const;
type Written = keyof typeof MARKS;
const encodingOf = (written: Written) => (written === 'utf-8 with a mark' ? 'utf-8' : written);

const encodings = fc.constantFrom<Written>('utf-8', 'utf-8 with a mark', 'utf-16le', 'utf-16be', 'windows-1252');

/** Rewrites a text by an editor of rows; returns the bytes before and after. */
async function rewrite(text: string, delimiter: string, written: Written, row: (row: SpanRow, replace: (column: number, text: string) => void) => void) {
  const encoding = encodingOf(written);
  const body = encodeText(text, encoding);
  if (body === undefined) return undefined;
  const bytes = Buffer.concat([Buffer.from(MARKS[written], 'hex'), body]);
  const reading = join(folder, `${++count}.csv`);
  writeFileSync(reading, bytes);
  const writing = `${reading}.new`;
  await rewriteCsv({
    reading,
    writing,
    mode: 0o600,
    head: { role: 'groups', delimiter, isActivityKnown: false, quote: 'double', escape: 'none' },
    ...(encoding === 'windows-1252' ? { encoding } : {}),
    edit: () => ({ row: (each, out) => row(each, (column, cell) => out.replace(each.bytes, each.from(column), each.to(column), cell)) }),
    pause: async () => {},
  });
  return { before: bytes, after: readFileSync(writing), encoding, mark: MARKS[written].length / 2 };
}

const decode = (bytes: Buffer, { encoding, mark }: { encoding: string; mark: number }): string => {
  const body = Buffer.from(bytes.subarray(mark));
  if (encoding === 'utf-8') return body.toString('utf8');
  if (encoding === 'windows-1252') return new TextDecoder('windows-1252').decode(body);
  return (encoding === 'utf-16be' ? body.swap16() : body).toString('utf16le');
};

const parsed = (text: string, delimiter: string): string[][] =>
  parse(text, { delimiter, relax_column_count: true, record_delimiter: ['\r\n', '\n'] }).filter((cells) => cells.length > 1 || cells[0] !== '');

test('a file of which no cell changes comes out byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(tables, encodings, async ({ text, delimiter }, written) => {
      const result = await rewrite(`id${delimiter}name\r\n${text}`, delimiter, written, () => {});
      if (result !== undefined) expect(result.after.equals(result.before)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('changed cells read as they are meant, and all others as before', async () => {
  const values = fc.constantFrom('plain', '', 'a "quoted" word', 'with,comma; and\ttab', 'two\r\nlines', 'é', ' edge ');
  await fc.assert(
    fc.asyncProperty(tables, encodings, fc.array(fc.tuple(fc.nat(12), fc.nat(4), values), { maxLength: 6 }), async ({ text, delimiter }, written, edits) => {
      const whole = `id${delimiter}name\n${text}`;
      const wanted = parsed(whole, delimiter);
      // A row of one empty cell would be a blank line, which is none.
      for (const [row, column, value] of edits) if (wanted[row + 1]?.[column] !== undefined && wanted[row + 1].length > 1) wanted[row + 1][column] = value;
      let index = 0;
      const result = await rewrite(whole, delimiter, written, (row, replace) => {
        if (row.width === 1 && row.text(0) === '') return;
        index++;
        if (row.width < 2) return;
        for (let column = 0; column < row.width; column++) {
          const value = edits.findLast(([at, cell]) => at + 1 === index && cell === column)?.[2];
          if (value !== undefined) replace(column, writeCell(value, { delimiter, quote: 'double', escape: 'none' }, row.isQuoted(column)) ?? '');
        }
      });
      if (result !== undefined && encodingOf(written) !== 'windows-1252') expect(parsed(decode(result.after, result), delimiter)).toEqual(wanted);
    }),
    { numRuns: 400 },
  );
});

test('every cell reads as csv-parse reads it, and on the line where it stands', async () => {
  await fc.assert(
    fc.asyncProperty(tables, async ({ text, delimiter, records }) => {
      const read: string[][] = [];
      const lines: number[] = [];
      await rewrite(`id${delimiter}name\n${text}`, delimiter, 'utf-8', (row) => {
        // A record of one empty cell in quotes is told from a blank line only here.
        if (row.raw(0) !== '""' || row.width > 1) read.push(Array.from({ length: row.width }, (_, column) => row.text(column)));
        lines.push(row.line);
      });
      expect(read).toEqual(parsed(text, delimiter));
      expect(lines).toEqual(records.filter(({ isBlank }) => !isBlank).map(({ line }) => line + 1));
    }),
    { numRuns: 400 },
  );
});

test('records over many stretches are cut as in one', async () => {
  const rows = Array.from({ length: 60_000 }, (_, at) => `${at},"name ""${at}""\r\n of two lines",é${'x'.repeat(at % 40)}\r\n`);
  const text = `id,name,note\r\n${rows.join('')}`;
  const result = await rewrite(text, ',', 'utf-8', (row, replace) => {
    if (row.integer(0) % 7 === 0) replace(2, 'changed');
  });
  const wanted = `id,name,note\r\n${rows.map((row, at) => (at % 7 === 0 ? row.replace(/é.*\r\n$/, 'changed\r\n') : row)).join('')}`;
  expect(result?.after.toString('utf8') === wanted).toBe(true);
});

interface Bakery {
  readonly delimiter: ',' | ';' | '\t';
  readonly end: '\n' | '\r\n';
  readonly isQuoted: boolean;
  readonly written: Written;
  readonly isByName: boolean;
  readonly count: number;
  readonly shift: number;
  readonly members: readonly (readonly [number, number])[];
  readonly removed: number;
}

const bakeries: fc.Arbitrary<Bakery> = fc.record({
  delimiter: fc.constantFrom(',' as const, ';' as const, '\t' as const),
  end: fc.constantFrom('\n' as const, '\r\n' as const),
  isQuoted: fc.boolean(),
  written: fc.constantFrom<Written>('utf-8', 'utf-8 with a mark', 'utf-16le'),
  isByName: fc.boolean(),
  count: fc.integer({ min: 2, max: 6 }),
  shift: fc.integer({ min: 1, max: 5 }),
  members: fc.array(fc.tuple(fc.nat(5), fc.nat(1)), { maxLength: 8 }),
  removed: fc.nat(7),
});

test('over files of any dialect: a ring of names turns, memberships follow, and undo gives every byte back', async () => {
  await fc.assert(
    fc.asyncProperty(bakeries, async ({ delimiter, end, isQuoted, written, isByName, count: size, shift, members, removed }) => {
      const cell = (text: string): string => (isQuoted ? `"${text}"` : text);
      const line = (...cells: string[]): string => cells.map(cell).join(delimiter) + end;
      const nameOf = (at: number): string => `käse ${at}`;
      const groups = ['Öfen', 'Nacht'];
      const pairs = [...new Set(members.map(([user, group]) => `${user % size}/${group}`))].map((text) => text.split('/').map(Number));
      const turned = (at: number): string => nameOf((at + shift) % size);
      const gone = pairs[removed];
      const users = (name: (at: number) => string): string =>
        line('id', 'username', 'email', 'status') +
        Array.from({ length: size }, (_, at) => line(String(at + 1), name(at), `${at}@bakery.example`, 'Active')).join('');
      const rows = (name: (at: number) => string, without?: readonly number[]): string =>
        (isByName ? line('group', 'username') : line('groupId', 'userId')) +
        pairs
          .filter((pair) => pair !== without)
          .map(([user, group]) => (isByName ? line(groups[group], name(user)) : line(String(group + 7), String(user + 1))))
          .join('');
      const encode = (text: string): Buffer => Buffer.concat([Buffer.from(MARKS[written], 'hex'), encodeText(text, encodingOf(written)) ?? Buffer.alloc(0)]);
      const place = newFolder();
      const groupsFile = encode(line('id', 'name') + groups.map((name, at) => line(String(at + 7), name)).join(''));
      writeAll(join(place, 'export'), { 'users.csv': encode(users(nameOf)), 'groups.csv': groupsFile, 'memberships.csv': encode(rows(nameOf)) });
      const before = bytesBelow(join(place, 'export'));
      const moves = size > 1 && shift % size !== 0;
      const changes: Change[] = moves
        ? [
            ...Array.from(
              { length: size },
              (_, at): Change => ({ kind: 'replace-user', user: String(at + 1), attribute: 'userName', from: nameOf(at), to: `tmp-${at}`, temporary: true }),
            ),
            ...Array.from(
              { length: size },
              (_, at): Change => ({ kind: 'replace-user', user: String(at + 1), attribute: 'userName', from: `tmp-${at}`, to: turned(at) }),
            ),
          ]
        : [];
      if (gone !== undefined) changes.push({ kind: 'remove-member', group: String(gone[1] + 7), user: String(gone[0] + 1) });
      if (changes.length === 0) return;
      const source = requestFor(join(place, 'export'));
      const scene = { source, plan: await planFor(source, changes), planFile: join(place, 'plan.json') };
      const { runFolder } = await applyAll(scene);
      const name = moves ? turned : nameOf;
      expect(bytesBelow(join(place, 'export'))).toEqual({
        'groups.csv': groupsFile.toString('hex'),
        'memberships.csv': encode(rows(name, gone)).toString('hex'),
        'users.csv': encode(users(name)).toString('hex'),
      });
      expect((await undoAll(runFolder)).isAsBefore).toBe(true);
      expect(bytesBelow(join(place, 'export'))).toEqual(before);
    }),
    { numRuns: 60 },
  );
});
