import { expect, test } from 'vitest';
import { foreign, joined, note, noteText, quoted, quotedHeading, quotedId, quotedName, redactNote, userId } from '../../src/model/note.js';

const REST = { value: (text: string) => `value-of-${text}`, heading: (text: string) => text.toUpperCase(), finding: () => 'another' };
const HOSTILE = 'users 7, "ana" and 8';
const TOLD = note`${3} rows of ${quotedName(HOSTILE)} are of users ${joined([userId('7'), userId('ana')], ', ')} and 7 others.`;

test('a note reads as a sentence', () => {
  expect(noteText(TOLD)).toBe('3 rows of "users 7, \\"ana\\" and 8" are of users 7, ana and 7 others.');
  expect(noteText('7 rows.')).toBe('7 rows.');
});

test('is redacted by what stands in it as data, and by nothing that reads like it', () => {
  const alias = { userId: (id: string) => `id-of-${id}`, name: () => 'something', ...REST };
  expect(noteText(redactNote(TOLD, alias))).toBe('3 rows of "something" are of users id-of-7, id-of-ana and 7 others.');
  expect(redactNote('user 7 is "ana"', alias)).toBe('user 7 is "ana"');
});

test('a long name is cut, and redacted whole', () => {
  const told = note`${quotedName('x'.repeat(100))}`;
  expect(noteText(told)).toBe(`"${'x'.repeat(57)}…"`);
  expect(noteText(redactNote(told, { userId: (id) => id, name: (text) => String(text.length), ...REST }))).toBe('"100"');
});

test('values, ids and headings are replaced each in its own way, and what another program says is withheld', () => {
  const told = note`${quoted('rye')} of ${quotedId('7')} under ${quotedHeading('Login')}: ${foreign('no "rye" here')}`;
  expect(String(told)).toBe('"rye" of "7" under "Login": no "rye" here');
  const alias = { userId: (id: string) => `id-of-${id}`, name: (text: string) => text, ...REST };
  expect(noteText(redactNote(told, alias))).toBe('"value-of-rye" of "id-of-7" under "LOGIN": (withheld)');
});
