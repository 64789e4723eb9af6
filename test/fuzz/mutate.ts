/** Files spoiled as tools, disks, editors and people spoil them. */

import type { Random } from './fuzzer.js';

/** What means something to one of the readers, or to a terminal. */
export const HOSTILE = [
  '"',
  '""',
  '"\n',
  "'",
  '\\',
  '\\\\',
  '\\N',
  '\\n',
  '\\"',
  'NULL',
  '[NULL]',
  '(null)',
  'None',
  'nan',
  '\0',
  '\u0001',
  '\u0007',
  '\b',
  '\u001b[2J',
  '\u001b]0;x\u0007',
  '\u009b31m',
  '\u007f',
  '\u0085',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\ufffd',
  '\u2028',
  '\u2029',
  '\r',
  '\n',
  '\r\n',
  '\n\n',
  ',',
  ';',
  '\t',
  '|',
  ' ',
  '\u00a0',
  '\u3000',
  'é',
  'e\u0301',
  'ß',
  'İ',
  'ı',
  'Å',
  'Ã©',
  'ＡＢ',
  '結',
  '🥐',
  '\u{e0041}',
  '?',
  '???',
  '=1+1',
  '@SUM(A1)',
  '-1',
  '+1',
  "'=1",
  '0',
  '-0',
  '1e400',
  '9007199254740993',
  '99999999999999999999999',
  '9'.repeat(400),
  'a'.repeat(70_000),
  'true',
  'false',
  'TRUE',
  'wahr',
  'yes',
  '1',
  'T',
  'F',
  'basic',
  'idp',
  'SAML',
  '(3 rows affected)',
  '(1 Zeile betroffen)',
  '#TYPE System.Object',
  'sep=;',
  '------',
  '+----+',
  '<html>',
  '<?xml version="1.0"?>',
  '{',
  '}',
  '[',
  ']',
  '{}',
  '[]',
  'null',
  'INSERT INTO users VALUES (1);',
  'organization',
  'project',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'a@b',
  'a@b.c',
  '@',
  '\n"',
  'id',
  'userName',
  'email',
] as const;

/** Bytes that are not UTF-8. */
const BROKEN = [
  [0xff],
  [0xc3],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xc0, 0x80],
  [0xfe, 0xff],
  [0xff, 0xfe],
  [0xef, 0xbb, 0xbf],
  [0x80],
  [0x1a],
] as const;

const at = (random: Random, bytes: Buffer): number => random.below(bytes.length + 1);
const spliced = (bytes: Buffer, from: number, to: number, ...put: readonly Uint8Array[]): Buffer =>
  Buffer.concat([bytes.subarray(0, from), ...put, bytes.subarray(Math.max(from, to))]);

function flip(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  copy[random.below(copy.length)] ^= 1 << random.below(8);
  return copy;
}

function utf16(bytes: Buffer, isBig: boolean, hasMark: boolean): Buffer {
  const text = Buffer.from(`${hasMark ? '\ufeff' : ''}${bytes.toString('utf8')}`, 'utf16le');
  return isBig ? text.swap16() : text;
}

const WHOLE: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]),
  (bytes) => utf16(bytes, false, true),
  (bytes) => utf16(bytes, true, true),
  (bytes) => utf16(bytes, false, false),
  (bytes) => Buffer.from(bytes.toString('utf8'), 'latin1'),
  (bytes) => Buffer.from(bytes.toString('utf8').replaceAll('\r\n', '\n').replaceAll('\n', '\r\n')),
  (bytes) => Buffer.from(bytes.toString('utf8').replaceAll('\r\n', '\n')),
  (bytes) => Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r')),
  () => Buffer.alloc(0),
  (bytes) => Buffer.concat([bytes, bytes]),
  (bytes, random) => bytes.subarray(0, at(random, bytes)),
  (bytes, random) => bytes.subarray(at(random, bytes)),
  (bytes) => Buffer.concat([bytes, Buffer.from(',,,,\n,,,,\n')]),
  (bytes) => Buffer.concat([Buffer.from('\n\n'), bytes]),
];

const BYTES: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  flip,
  flip,
  (bytes, random) => spliced(bytes, at(random, bytes), 0, Buffer.from(random.pick(HOSTILE))),
  (bytes, random) => spliced(bytes, at(random, bytes), 0, Buffer.from(random.pick(BROKEN))),
  (bytes, random) => spliced(bytes, at(random, bytes), 0, Buffer.from([random.below(256)])),
  (bytes, random) => {
    const from = at(random, bytes);
    return spliced(bytes, from, from + 1 + random.below(8));
  },
  (bytes, random) => {
    const from = at(random, bytes);
    const to = Math.min(bytes.length, from + random.below(200));
    return spliced(bytes, at(random, bytes), 0, bytes.subarray(from, to));
  },
];

// Lines and cells

const linesOf = (bytes: Buffer): string[] => bytes.toString('utf8').split(/(?<=\n)/);
const joined = (lines: readonly string[]): Buffer => Buffer.from(lines.join(''));

const LINES: readonly ((lines: string[], random: Random) => void)[] = [
  (lines, random) => lines.splice(random.below(lines.length), 0, random.pick(lines)),
  (lines, random) => lines.splice(random.below(lines.length), 1),
  (lines, random) => lines.splice(random.below(lines.length), 1 + random.below(lines.length)),
  (lines, random) => {
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    [lines[a], lines[b]] = [lines[b], lines[a]];
  },
  (lines, random) => {
    const line = random.below(lines.length);
    lines[line] = lines[line].replace(/\r?\n$/, '');
  },
  (lines, random) => lines.splice(random.below(lines.length), 0, random.pick(['\n', '\r\n', ',,,,\n', ';\n', '   \n'])),
  (lines, random) => lines.splice(random.below(lines.length), 0, `${random.pick(HOSTILE)}\n`),
];

/** Cells as if no quote enclosed a delimiter: what that tears apart is a mutation as well. */
function withCells(bytes: Buffer, act: (rows: string[][]) => void): Buffer {
  const lines = linesOf(bytes);
  const delimiter = [',', ';', '\t', '|'].map((each) => [each, lines[0].split(each).length] as const).sort((a, b) => b[1] - a[1])[0][0];
  const ends = lines.map((line) => /\r?\n$/.exec(line)?.[0] ?? '');
  const rows = lines.map((line) => line.replace(/\r?\n$/, '').split(delimiter));
  act(rows);
  return joined(rows.map((row, each) => row.join(delimiter) + (ends[each] ?? '\n')));
}

const CELLS: readonly ((rows: string[][], random: Random) => void)[] = [
  (rows, random) => {
    const [a, b] = [random.pick(rows), random.pick(rows)];
    const [x, y] = [random.below(a.length), random.below(b.length)];
    [a[x], b[y]] = [b[y], a[x]];
  },
  (rows, random) => {
    // The same column of two rows: the table stays readable, and means something else.
    const [a, b] = [random.pick(rows), random.pick(rows)];
    const column = random.below(Math.min(a.length, b.length));
    if (random.chance(0.5)) a[column] = b[column];
    else [a[column], b[column]] = [b[column], a[column]];
  },
  (rows, random) => {
    const row = random.pick(rows);
    row[random.below(row.length)] = random.pick(HOSTILE);
  },
  (rows, random) => {
    const row = random.pick(rows);
    const column = random.below(row.length);
    row[column] = `"${row[column].replaceAll('"', '""')}${random.pick(['', '\n', '"', ' '])}"`;
  },
  (rows, random) => {
    const row = random.pick(rows);
    const column = random.below(row.length);
    const cell = row[column];
    const place = random.below(cell.length + 1);
    row[column] = random.chance(0.5) ? cell.toUpperCase() : cell.slice(0, place) + random.pick(HOSTILE) + cell.slice(place);
  },
  (rows, random) => {
    const column = random.below(rows[0].length);
    const way = random.below(3);
    for (const row of rows) {
      if (way === 0) row.splice(column, 1);
      else if (way === 1) row.push(row[column] ?? '');
      else row.reverse();
    }
  },
  (rows, random) => {
    const column = random.below(rows[0].length);
    rows[0][column] = random.pick([
      'id',
      'userName',
      'email',
      'active',
      'name',
      'project',
      'groupId',
      'userId',
      '',
      'ID ',
      '"id"',
      'login',
      'status',
      'sync',
      'groups',
    ]);
  },
  (rows, random) => {
    // One spelling in a whole column.
    const column = random.below(rows[0].length);
    const value = random.pick(HOSTILE);
    for (const row of rows.slice(1)) if (row.length > column) row[column] = value;
  },
];

// JSON

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const VALUES: readonly ((random: Random) => Json)[] = [
  () => null,
  () => true,
  () => false,
  () => [],
  () => ({}),
  () => 0,
  () => -1,
  () => 1e308,
  () => 0.5,
  (random) => random.pick(HOSTILE),
  () => '',
  () => [[[[null]]]],
];

/** Every place in a document that holds something. */
function placesIn(root: Json): { readonly holder: Json[] | { [key: string]: Json }; readonly key: string | number }[] {
  const places: ReturnType<typeof placesIn> = [];
  for (const queue = [root]; queue.length > 0 && places.length < 20_000; ) {
    const value = queue.pop() ?? null;
    if (value === null || typeof value !== 'object') continue;
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
      places.push({ holder: value, key });
      queue.push((value as { [key: string]: Json })[key]);
    }
  }
  return places;
}

function mutateJson(root: Json, random: Random): void {
  const places = placesIn(root);
  if (places.length === 0) return;
  const { holder, key } = random.pick(places);
  const held = holder as { [key: string]: Json };
  switch (random.below(6)) {
    case 0:
      held[key] = random.pick(VALUES)(random);
      break;
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete held[key];
      break;
    case 2:
      if (Array.isArray(holder)) holder.push(structuredClone(held[key]));
      else held[random.pick(['id', '__proto__', 'kind', 'x', ...Object.keys(held)])] = held[key];
      break;
    case 3: {
      const other = random.pick(places);
      const kept = held[key];
      held[key] = structuredClone((other.holder as { [key: string]: Json })[other.key]);
      if (random.chance(0.5) && JSON.stringify(kept).length < 10_000) (other.holder as { [key: string]: Json })[other.key] = structuredClone(kept);
      break;
    }
    case 4:
      if (typeof held[key] === 'string') held[key] += random.pick(HOSTILE);
      else held[key] = String(held[key]);
      break;
    default:
      if (typeof held[key] === 'number') held[key] += random.pick([1, -1, 1e20]);
      else if (typeof held[key] === 'boolean') held[key] = !held[key];
      else held[key] = [structuredClone(held[key])];
  }
}

const DEEP: readonly string[] = ['['.repeat(200_000), `${'['.repeat(50_000)}${']'.repeat(50_000)}`, '{"a":'.repeat(100_000)];

/** Returns the text of a document after one to three changes, or undefined if it is not JSON. Lines of JSON stay lines. */
function withJson(bytes: Buffer, random: Random): Buffer | undefined {
  const text = bytes.toString('utf8');
  try {
    const root: Json = JSON.parse(text);
    for (let left = 1 + random.below(3); left > 0; left--) mutateJson(root, random);
    return Buffer.from(JSON.stringify(root, undefined, random.chance(0.5) ? 2 : undefined));
  } catch {
    // Lines of it, perhaps.
  }
  const lines = text.split('\n');
  const line = random.below(lines.length);
  try {
    const root: Json = JSON.parse(lines[line]);
    mutateJson(root, random);
    lines[line] = random.chance(0.1) ? JSON.stringify(random.pick(VALUES)(random)) : JSON.stringify(root);
    return Buffer.from(lines.join('\n'));
  } catch {
    return undefined;
  }
}

/** Returns a file after one change of a random kind. */
export function mutated(name: string, bytes: Buffer, random: Random): Buffer {
  if (random.chance(0.12)) return random.pick(WHOLE)(bytes, random);
  if (bytes.length === 0 || bytes.includes('SQLite format 3\0') || random.chance(0.25)) return random.pick(BYTES)(bytes, random);
  if (/\.jsonl?$/.test(name) && random.chance(0.75)) {
    if (random.chance(0.03)) return spliced(bytes, at(random, bytes), 0, Buffer.from(random.pick(DEEP)));
    const changed = withJson(bytes, random);
    if (changed !== undefined) return changed;
  }
  if (random.chance(0.3)) {
    const lines = linesOf(bytes);
    random.pick(LINES)(lines, random);
    return joined(lines);
  }
  return withCells(bytes, (rows) => random.pick(CELLS)(rows, random));
}

/** The same for a table that is to stay readable: values of its own alphabet, in cells. */
export function resettled(bytes: Buffer, random: Random): Buffer {
  return withCells(bytes, (rows) => random.pick(CELLS.slice(0, 2))(rows, random));
}
