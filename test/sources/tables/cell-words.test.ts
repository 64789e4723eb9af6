import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellWords, parseActivity, parseProject, refuseWrongNulls } from '../../../src/sources/tables/cell-words.js';
import { StatusWords } from '../../../src/targets/run/edit.js';

describe('--null', () => {
  const has = (nulls: readonly string[], role: 'users' | 'groups' | 'memberships', column: string, text: string): boolean =>
    new CellWords(role, { nulls }).of(column).has(text);

  it.each([
    [[], 'users', 'email', 'NULL', true],
    [[], 'users', 'email', '\\N', true],
    [[], 'users', 'email', 'null', false],
    [[], 'users', 'email', ' NULL', false],
    [[], 'users', 'id', 'NULL', true],
    [[], 'users', 'userName', 'NULL', false],
    [[], 'groups', 'name', '\\N', false],
    [[], 'memberships', 'groupName', 'NULL', false],
    [['0'], 'groups', 'project', '0', true],
    [['0'], 'users', 'fullName', '0', true],
    [['0'], 'users', 'id', '0', false],
    [['0'], 'users', 'active', '0', false],
    [['0'], 'groups', 'name', '0', false],
    [['groups.project=0'], 'groups', 'project', '0', true],
    [['groups.project=0'], 'users', 'email', '0', false],
    [['groups.name=(none)'], 'groups', 'name', '(none)', true],
    // What stands after the first sign is the value, and what is no column is a value as a whole.
    [['groups.project=a=b'], 'groups', 'project', 'a=b', true],
    [['a=b'], 'groups', 'project', 'a=b', true],
    [['v1.2=x'], 'groups', 'project', 'v1.2=x', true],
  ] as const)('%j: %s.%s %j is none: %s', (nulls, role, column, text, isNull) => expect(has(nulls, role, column, text)).toBe(isNull));

  it('is not asked of formats with a null of their own, but for what a person says', () => {
    const words = new CellWords('users', { nulls: ['-'] }, false);
    expect(['NULL', '\\N', '-'].map((text) => words.of('email').has(text))).toEqual([false, false, true]);
    expect(words.groupsCell('NULL', undefined)).toBe('NULL');
  });

  it.each([
    ['', /is empty/],
    ['groups.project=', /gives no spelling/],
    ['groups.projects=0', /"groups\.projects", which does not exist/],
    ['group.project=0', /"group\.project", which does not exist/],
    ['users.id=0', /every row needs its id/],
    ['memberships.groupId=-', /every row needs its id/],
    ['users.disabled=x', /allows only known words/],
    ['users.authenticationType=x', /allows only known words/],
    ['groups.scope=x', /allows only known words/],
  ])('%j is refused', (text, message) => expect(() => refuseWrongNulls([text])).toThrow(message));

  it('takes NULL in a list of groups for a group only if there is one', () => {
    const words = new CellWords('users', {});
    expect(words.groupsCell('NULL', () => true)).toBe('NULL');
    expect(words.groupsCell('NULL', () => false)).toBe('');
    expect(words.groupsCell('NULL', undefined)).toBeUndefined();
    expect(new CellWords('users', { nulls: ['users.groups=NULL'] }).groupsCell('NULL', () => true)).toBe('');
  });
});

describe('a status in other words', () => {
  const map = { wahr: 'active', falsch: 'inactive', t: 'active' } as const;

  it.each([
    ['WAHR', 'active', true],
    [' Falsch ', 'active', false],
    ['WAHR', 'disabled', true],
    // What a person says comes before what the word would say.
    ['T', 'disabled', true],
    ['F', 'disabled', true],
    ['toString', 'active', undefined],
  ] as const)('%j in %s', (text, column, isActive) => expect(parseActivity(text, column, map)).toBe(isActive));

  it('is written so that it is read back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<'active' | 'disabled'>('active', 'disabled'),
        fc.dictionary(fc.constantFrom('wahr', 'falsch', 'true', 'false', 't', 'f', '1', '0', 'tak', ''), fc.constantFrom('active', 'inactive')),
        fc.array(fc.constantFrom('WAHR', 'Falsch', 'TRUE', 'f', '1', 'NULL', '', 'yes'), { minLength: 1 }),
        fc.boolean(),
        (column, activeMap, cells, isActive) => {
          const statusWords = new StatusWords(column, activeMap);
          for (const cell of cells) statusWords.see(cell);
          const text = statusWords.spell(isActive, cells[0]);
          if (text !== undefined) expect(statusWords.isActive(text)).toBe(isActive);
        },
      ),
    );
  });

  it('follows the words of the column', () => {
    const statusWords = new StatusWords('active', map);
    statusWords.see('WAHR');
    expect(statusWords.spell(false, 'WAHR')).toBe('FALSCH');
    statusWords.see('falsch');
    expect(statusWords.spell(false, 'WAHR')).toBe('falsch');
    expect(new StatusWords('active', { true: 'inactive', wahr: 'inactive' }).spell(true, 'wahr')).toBeUndefined();
  });
});

describe('a project cell', () => {
  const tools = ['[NULL]', '(null)', '<null>', 'None', 'nil', 'undefined', 'nan', 'n/a', '#N/A', '-', '0', '-1', 'false'];

  it('is asked for if a tool may have written it for no value, in any case of letters and with space around it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...tools),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        fc.constantFrom('', ' ', '\u00a0'),
        (word, upper, space) => {
          const text = [...word].map((char, at) => (upper[at] ? char.toUpperCase() : char.toLowerCase())).join('');
          expect(parseProject(`${space}${text}${space}`)).toBeUndefined();
        },
      ),
    );
  });

  it('is never without a letter or digit', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'-–—_.,;:()[]<>?!#*/\\|"\' '), minLength: 1 }), (text) => {
        expect(parseProject(text)).toBe(text.trim() === '' ? false : undefined);
      }),
    );
  });

  it.each(['31', '007', '1', 'P0', 'None of the above', 'Nil Basin', 'Nantes', 'Falsework', 'A', '通勤', 'C++', '#1', '0 defects', '2026.0'])(
    '%j is one',
    (text) => expect(parseProject(text)).toBe(true),
  );

  it.each(['(no project)', '<leer>', '[Kein Projekt]', '{vide}', '(NULL)', '#NV', '#N/D', '#N/A', '#REF!', '#DIV/0!', '#¡REF!'])(
    '%s may be a word of a tool for no project',
    (text) => {
      expect(parseProject(text)).toBeUndefined();
    },
  );

  it.each(['4711', '#12', '(5)', 'Alpha (old)', '(old) Alpha', '[A] B', '# one', 'A#NV'])('%s is a project', (text) => {
    expect(parseProject(text)).toBe(true);
  });

  it.each(['', ' ', '\u00a0', '\u200b'])('%j is none', (text) => {
    expect(parseProject(text)).toBe(false);
  });
});
