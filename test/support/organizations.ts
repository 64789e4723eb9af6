/** Random organizations, small and crowded, so that chains, rings, twins and shared addresses are common. */

import fc from 'fast-check';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import type { Report } from '../../src/audit/report.js';
import { type Collation, collationOf } from '../../src/model/compare.js';
import type { AuthenticationType, Directory, Group, Input, Role, Snapshot, User } from '../../src/model/directory.js';
import type { StatedName } from '../../src/model/environment.js';
import { AUTH_MODES, type AuthMode, type CollationName, DEFAULT_COLLATION, type Policy } from '../../src/model/policy.js';

// Random CSV texts whose records' lines are known by how they were made.

interface Dialect {
  readonly delimiter: ',' | ';' | '\t';
  readonly lineEnds: readonly string[];
  readonly hasFinalEnd: boolean;
}

export interface MadeTable {
  readonly text: string;
  readonly delimiter: string;
  /** Line on which each record starts, and whether the record is a blank line. */
  readonly records: readonly { readonly line: number; readonly isBlank: boolean }[];
}

// One character of each kind that readers get wrong: other delimiters, marks that combine, pairs of surrogates,
// invisible ones, line ends that are none, and characters of two, three and four bytes.
const PLAIN = ['a', 'Z', '7', ' ', 'é', 'e\u0301', 'ß', 'İ', 'ı', '𝔘', '🥐', '\u00a0', '\u200b', '\u2028', '\u0085', '結', '\u0000', '=', "'", '\\', '#'];
const SPECIAL = ['"', '\n', '\r\n', '\r', ',', ';', '\t'];

const plainText = fc.array(fc.constantFrom(...PLAIN), { maxLength: 6 }).map((parts) => parts.join(''));
const anyText = fc.array(fc.constantFrom(...PLAIN, ...SPECIAL, ...SPECIAL), { maxLength: 8 }).map((parts) => parts.join(''));

const cell = fc.oneof({ weight: 3, arbitrary: plainText }, { weight: 2, arbitrary: anyText.map((text) => `"${text.replaceAll('"', '""')}"`) });
const record = fc.oneof({ weight: 8, arbitrary: fc.array(cell, { minLength: 1, maxLength: 5 }) }, { weight: 1, arbitrary: fc.constant(['']) });

const dialect: fc.Arbitrary<Dialect> = fc.record({
  delimiter: fc.constantFrom(',' as const, ';' as const, '\t' as const),
  lineEnds: fc.constantFrom(['\n'], ['\r\n'], ['\n', '\r\n', '\r\n']),
  hasFinalEnd: fc.boolean(),
});

const linesIn = (text: string): number => text.split('\n').length - 1;

function make(records: readonly (readonly string[])[], { delimiter, lineEnds, hasFinalEnd }: Dialect): MadeTable {
  let text = '';
  let line = 1;
  const places: { line: number; isBlank: boolean }[] = [];
  records.forEach((cells, at) => {
    // A byte-order mark is made elsewhere; an invisible character may stand first all the same.
    const piece = cells.join(delimiter);
    const end = at < records.length - 1 || hasFinalEnd ? lineEnds[at % lineEnds.length] : '';
    if (piece + end === '') return;
    places.push({ line, isBlank: piece === '' });
    text += piece + end;
    line += linesIn(piece + end);
  });
  return { text, delimiter, records: places };
}

/** Returns tables over dialects: quotes, embedded line ends, blank lines, rows of any width. */
export const tables: fc.Arbitrary<MadeTable> = fc.tuple(fc.array(record, { maxLength: 12 }), dialect).map(([records, how]) => make(records, how));

/** Returns texts of quotes, delimiters and line ends in any order: many are no CSV. */
export const quoteSoup: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('"', '"', 'a', ',', '\n', '\r\n', 'é'), { maxLength: 24 })
  .map((parts) => parts.join(''));

// Texts of many scripts, in pairs that have a good chance to be the same to a database.

/** What the writing systems of names are made of, and symbols that people put beside them. */
const RANGES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  latin: [
    [0x21, 0x7e],
    [0xa1, 0x24f],
    [0x250, 0x2af],
    [0x1e00, 0x1eff],
    [0xff01, 0xff5e],
  ],
  greek: [
    [0x370, 0x3ff],
    [0x1f00, 0x1fff],
  ],
  cyrillic: [[0x400, 0x52f]],
  hebrew: [[0x5d0, 0x5f4]],
  arabic: [[0x620, 0x6d3]],
  kana: [
    [0x3041, 0x30ff],
    [0xff66, 0xff9d],
  ],
  hangul: [
    [0xac00, 0xac80],
    [0x1100, 0x1112],
    [0x1161, 0x1175],
    [0x11a8, 0x11c2],
  ],
  cjk: [
    [0x4e00, 0x4e80],
    [0xf900, 0xf930],
    [0x3220, 0x3247],
    [0x20000, 0x20020],
  ],
  indic: [
    [0x904, 0x94d],
    [0xe01, 0xe4e],
  ],
  symbols: [
    [0x2010, 0x2027],
    [0x2030, 0x205e],
    [0x2070, 0x209c],
    [0x20a0, 0x20bf],
    [0x2100, 0x214f],
    [0x2460, 0x24ff],
    [0x25a0, 0x26ff],
    [0x1d400, 0x1d467],
    [0x1f300, 0x1f340],
  ],
  marks: [
    [0x300, 0x34e],
    [0x350, 0x36f],
    [0x5b0, 0x5bd],
    [0x64b, 0x655],
  ],
};

const rangeOf = ([first, last]: readonly [number, number]): string[] => Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at));
/** Of the version that the oldest of the tables knows, without what is dropped or taken for a space. */
const isKnown = (char: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);

/** Characters by script. */
const SCRIPTS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(RANGES).map(([name, ranges]) => [name, ranges.flatMap(rangeOf).filter(isKnown)]),
);

/** Texts that are written like names, of one script or of two, with marks, spaces and ASCII between. */
const text: fc.Arbitrary<string> = fc.tuple(fc.constantFrom(...Object.keys(SCRIPTS)), fc.constantFrom(...Object.keys(SCRIPTS))).chain(([one, other]) => {
  const char = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...SCRIPTS[one]) },
    { weight: 2, arbitrary: fc.constantFrom(...SCRIPTS[other]) },
    { weight: 1, arbitrary: fc.constantFrom(...SCRIPTS.marks) },
    { weight: 2, arbitrary: fc.constantFrom('a', 'e', 'k', 's', 'l', 'o', 'A', 'S', '@', '.', ' ', '1') },
  );
  return fc.array(char, { minLength: 1, maxLength: 7 }).map((chars) => chars.join('').replace(/ +/g, ' ').trim() || 'a');
});

/** How the second text of a pair comes from the first: in ways that often leave it the same, and in ways that often do not. */
const HOWS = [
  'alike',
  'alike',
  'alike',
  'lower',
  'upper',
  'NFC',
  'NFD',
  'NFKD',
  'key',
  'mark',
  'strip',
  'strip',
  'swap',
  'swap',
  'neighbor',
  'neighbor',
  'quote',
] as const;

const QUOTES = ["'", '\u2018', '\u2019', '\u02bc', '"', '\u201c', '\u201d', '\u00b4', '`'];

/** Returns pairs: many of which differ in one or two characters that may well be the same. */
export function alikePairs({ key }: Collation): fc.Arbitrary<readonly [string, string]> {
  const byKey = new Map<string, string[]>();
  for (const char of Object.values(SCRIPTS).flat()) {
    const folded = key(char);
    const same = byKey.get(folded);
    if (same === undefined) byKey.set(folded, [char]);
    else same.push(char);
  }
  const alike = (char: string, number: number): string => {
    const same = byKey.get(key(char)) ?? [char];
    return same[number % same.length];
  };
  const respell = fc.tuple(fc.array(fc.nat(999), { minLength: 8, maxLength: 8 }), fc.constantFrom(...HOWS));
  return fc.tuple(text, respell, text).map(([one, [numbers, how], other]) => {
    const chars = [...one];
    if (how === 'alike') return [one, chars.map((char, at) => (numbers[at % 8] % 2 === 0 ? alike(char, numbers[at % 8] >> 1) : char)).join('')];
    if (how === 'lower') return [one, one.toLowerCase()];
    if (how === 'upper') return [one, one.toUpperCase()];
    if (how === 'key') return [one, key(one)];
    if (how === 'mark')
      return [one, chars.map((char, at) => (at === numbers[0] % chars.length ? char + SCRIPTS.marks[numbers[1] % SCRIPTS.marks.length] : char)).join('')];
    if (how === 'strip') return [one, one.normalize('NFKD').replace(/\p{M}/gu, '').replace(/\s+/g, ' ').trim() || 'a'];
    if (how === 'quote') return [one + QUOTES[numbers[0] % QUOTES.length], one + QUOTES[numbers[1] % QUOTES.length]];
    if (how === 'neighbor') {
      const at = numbers[0] % chars.length;
      const next = String.fromCodePoint((chars[at].codePointAt(0) ?? 0) + 1);
      return [one, chars.map((char, place) => (place === at && isKnown(next) ? next : char)).join('')];
    }
    if (how === 'swap') {
      chars[numbers[0] % chars.length] = [...other][0];
      return [one, chars.join('')];
    }
    return [one, one.normalize(how)];
  });
}

export const collation = collationOf(DEFAULT_COLLATION);
export const { key, isBlank, differenceOf, matchOf } = collation;

/** A membership by ids, which the users or groups may lack. */
export interface MembershipRow {
  readonly user: string;
  readonly group: string;
  readonly line: number;
}

/** What a source and the settings would say. */
export interface Organization {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly memberships: readonly MembershipRow[];
  readonly authMode: AuthMode;
  readonly syncGroups: readonly string[] | null;
  /** The users' `signsInFor` tell whose usernames other systems sign in with. */
  readonly areIntegrationsGiven?: true;
  /** Whom the configuration names as organization administrators. */
  readonly administrators?: readonly StatedName[];
  /** How names compare; the default if it is not said. */
  readonly collation?: CollationName;
  /** Severities that the settings change. */
  readonly severities?: Policy['severities'];
}

const ROLES = ['users', 'groups', 'memberships'] as const satisfies readonly Role[];

function inputsOf({ users, groups, memberships }: Organization): Input[] {
  const rows = { users: users.length, groups: groups.length, memberships: memberships.length };
  return ROLES.map((role) => ({
    path: `${role}.csv`,
    file: `/observatory/${role}.csv`,
    role,
    sha256: '0'.repeat(64),
    rows: rows[role],
  }));
}

export function directoryOf({ users, groups }: Organization): Directory {
  return { users, groups, given: { groups: true, groupList: true, memberships: true } };
}

export function snapshotOf(organization: Organization): Snapshot {
  return {
    ...directoryOf(organization),
    inputs: inputsOf(organization),
    memberships: organization.memberships.length,
    notes: [],
  };
}

export function policyOf({
  authMode,
  syncGroups,
  areIntegrationsGiven,
  administrators,
  collation = 'utf8mb4_0900_ai_ci',
  severities = {},
}: Organization): Policy {
  const usual: Policy = {
    authMode,
    syncGroups,
    failOn: 'error',
    collation,
    severities,
    skipRules: [],
    authTypeMap: {},
    leaveOutUsers: [],
    allowEmpty: true,
    ...(administrators === undefined ? {} : { environment: { stated: { administrators }, isStrict: false, today: '2026-11-28' } }),
  };
  return areIntegrationsGiven === true ? { ...usual, areIntegrationsGiven } : usual;
}

/** Returns the report of the real rules, the memberships streamed in the order of their rows. */
export function auditOf(organization: Organization): Report {
  const audit = beginAudit(directoryOf(organization), policyOf(organization), NODE_DIGESTS);
  const users = new Map(organization.users.map(({ id, place }) => [id, place]));
  const groups = new Map(organization.groups.map(({ id, place }) => [id, place]));
  for (const { user, group, line } of organization.memberships) {
    const userPlace = users.get(user);
    const groupPlace = groups.get(group);
    if (userPlace !== undefined && groupPlace !== undefined) {
      audit.sink.member(userPlace, groupPlace);
      continue;
    }
    const lacks = userPlace !== undefined ? 'group' : groupPlace !== undefined ? 'user' : 'both';
    audit.sink.unknown({ user, group, lacks, location: { path: 'memberships.csv', line } });
  }
  return audit.finish(snapshotOf(organization));
}

/** Returns the records at their places and lines, as if read in this order. */
export function inOrder<T extends User | Group>(records: readonly T[]): T[] {
  return records.map((record, place) => ({ ...record, place, line: place + 2 }));
}

const PEOPLE = ['ana', 'ben', 'cleo', 'dag', 'ema', 'finn', 'gro', 'hal', 'ines'] as const;
const addressOf = (person: string): string => `${person}@dome.example`;

/** Other spellings with the same key: case, accent, white space, invisible and compatibility characters. */
const twinOf = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    text.toUpperCase(),
    text.replace(/^./, (letter) => letter.toUpperCase()),
    text.replace(/[aeio]/, (letter) => `${letter}\u0301`.normalize('NFC')),
    ` ${text}`,
    `${text}\u00a0`,
    text.replace(/^./, (letter) => `${letter}\u200b`),
    text.replace(/[aegn]/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  );

/** A text as it is, or less often its twin. */
const spelt = (text: string): fc.Arbitrary<string> => fc.oneof({ weight: 5, arbitrary: fc.constant(text) }, { weight: 1, arbitrary: twinOf(text) });

const blank = fc.constantFrom('', ' ', '\u200b', '\t\u00a0');
const invalidEmail = fc.constantFrom('ana at dome', 'ben@', '@dome.example', 'cleo@@dome.example', 'ana@dome.example ');

type Names = Pick<User, 'userName' | 'email'>;

/** Anybody may be called anything: shared addresses and usernames abound. */
function looseNames(crowd: number): fc.Arbitrary<Names> {
  const address = fc
    .constantFrom(...PEOPLE.slice(0, crowd))
    .map(addressOf)
    .chain(spelt);
  const login = fc.constantFrom(...PEOPLE.slice(0, crowd)).chain(spelt);
  const userName = fc.oneof({ weight: 8, arbitrary: address }, { weight: 2, arbitrary: login }, { weight: 1, arbitrary: blank });
  const email = fc.oneof({ weight: 9, arbitrary: address }, { weight: 1, arbitrary: blank }, { weight: 1, arbitrary: invalidEmail });
  return fc.record({ userName, email });
}

/** Users called by one another's addresses, each address wanted once and held once: chains and rings. */
const knottedNames: fc.Arbitrary<Names[]> = fc.integer({ min: 2, max: PEOPLE.length }).chain((size) => {
  const people = [...PEOPLE.slice(0, size)];
  const shuffled = fc.shuffledSubarray(people, { minLength: size, maxLength: size });
  return fc.tuple(shuffled, fc.boolean()).chain(([order, isOneRing]) => {
    // Either each wants the next one's address, the last one the first's; or whatever the shuffle gives.
    const wanted = order.map((person, at) => (isOneRing ? (order[(at + 1) % size] ?? person) : (people[at] ?? person)));
    return fc.tuple(...order.map((person, at) => namesOf(addressOf(person), addressOf(wanted[at] ?? person))));
  });
});

const namesOf = (userName: string, email: string): fc.Arbitrary<Names> => fc.record({ userName: spelt(userName), email: spelt(email) });

const namesArbitrary: fc.Arbitrary<Names[]> = fc.oneof(
  fc.array(looseNames(3), { maxLength: 6 }),
  fc.array(looseNames(PEOPLE.length), { maxLength: 9 }),
  knottedNames,
  // A knot in which up to three people are called or addressed otherwise.
  fc.tuple(knottedNames, fc.array(fc.tuple(fc.nat(8), looseNames(PEOPLE.length)), { maxLength: 3 })).map(([names, others]) => {
    const replaced = new Map(others);
    return names.map((own, at) => replaced.get(at) ?? own);
  }),
);

const active = fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const authenticationType: fc.Arbitrary<AuthenticationType> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<AuthenticationType>('idp') },
  { weight: 1, arbitrary: fc.constant<AuthenticationType>('basic') },
);

/** Ids whose order as text is not the order of the rows. */
const idOf = (at: number): string => String(((at * 7) % 11) + 1);

const usersArbitrary: fc.Arbitrary<User[]> = namesArbitrary.chain((names) =>
  fc.array(fc.record({ active, authenticationType }), { minLength: names.length, maxLength: names.length }).map((states) =>
    names.flatMap((own, place) => {
      const state = states[place];
      return state === undefined ? [] : [{ place, id: idOf(place), input: 0, line: place + 2, ...own, ...state }];
    }),
  ),
);

const groupName = fc.constantFrom('Observers', 'observers', 'Obsérvers', ' Observers', 'Night shift', 'Night  shift', 'Mirror crew', '', ' ');

/** A sync column is there for all groups or for none. */
const groupsArbitrary: fc.Arbitrary<Group[]> = fc.boolean().chain((hasSync) => {
  const sync: fc.Arbitrary<Pick<Group, 'sync'>> = hasSync ? fc.record({ sync: fc.boolean() }) : fc.constant({});
  const isOrganizationLevel = fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
  return fc.array(fc.tuple(fc.record({ name: groupName, isOrganizationLevel }), sync), { maxLength: 5 }).map((groups) =>
    groups.map(([group, mark], place) => ({
      place,
      id: idOf(place),
      input: 1,
      line: place + 2,
      ...group,
      ...mark,
    })),
  );
});

const syncGroupsArbitrary = fc.option(fc.uniqueArray(fc.oneof(groupName, fc.constantFrom('Observer', 'Bakers')), { maxLength: 3 }));

/** Ids 1 to 11, of which a small organization has only some: the rest are unknown. */
const membershipsArbitrary: fc.Arbitrary<MembershipRow[]> = fc
  .oneof(
    { weight: 9, arbitrary: fc.array(fc.tuple(fc.nat(9), fc.nat(5)), { maxLength: 12 }) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(10), fc.nat(10)), { minLength: 30, maxLength: 50 }) },
  )
  .map((rows) => rows.map(([user, group], at) => ({ user: idOf(user), group: idOf(group), line: at + 2 })));

/** Organizations of up to nine users, with their settings. */
export const organizationArbitrary: fc.Arbitrary<Organization> = fc.record({
  users: usersArbitrary,
  groups: groupsArbitrary,
  memberships: membershipsArbitrary,
  authMode: fc.constantFrom(...AUTH_MODES),
  syncGroups: syncGroupsArbitrary,
});

/** Names that lost letters, and some that only look like it. */
const DAMAGED = [
  'Pr?fer',
  '?????',
  '? ?',
  'Pr\ufffdfer',
  'Pr\u00c3\u00bcfer',
  '\u00e9\u00bb x\u00e9\u00bb',
  'CAF\u00c9\u2122',
  'Why? ',
  '4?2',
  'an?',
  'cl\u00e9o',
];

const damages = fc.array(fc.option(fc.constantFrom(...DAMAGED), { freq: 2 }), { minLength: 24, maxLength: 24 });

/** Organizations in which some names lost letters on the way. */
export const damagedArbitrary: fc.Arbitrary<Organization> = fc.tuple(organizationArbitrary, damages).map(([organization, damaged]) => {
  let at = 0;
  const next = (text: string): string => damaged[at++] ?? text;
  const users = organization.users.map((user) => ({ ...user, userName: next(user.userName), email: next(user.email) }));
  const groups = organization.groups.map((group) => ({ ...group, name: next(group.name) }));
  return { ...organization, users, groups };
});

export const BAKERY = {
  'export/users.csv': [
    'id,userName,email,active,authenticationType',
    '1,rye,rye@bakery.example,true,idp',
    '2,spelt@bakery.example,oat@bakery.example,true,idp',
    '3,oat@bakery.example,spelt@bakery.example,true,idp',
    '4,bran,bran@bakery.example,false,basic',
    '',
  ].join('\n'),
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n',
} as const;

// An organization as files, and what a check of them finds, apart from the values themselves.

const line = (cells: readonly string[]): string => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;

/** Returns the CSV files of an organization, with people's names and columns that nothing reads. */
export function filesOf({ users, groups, memberships }: Organization): Record<string, string> {
  const hasSync = groups.some(({ sync }) => sync !== undefined);
  return {
    'users.csv': [
      ['id', 'userName', 'email', 'name', 'phone', 'active', 'authenticationType'],
      ...users.map(({ id, userName, email, active, authenticationType }) => [
        id,
        userName,
        email,
        `Person Secretname${id}`,
        '+47 555 0199',
        String(active),
        authenticationType,
      ]),
    ]
      .map(line)
      .join(''),
    'groups.csv': [
      ['id', 'name', 'project', ...(hasSync ? ['sync'] : [])],
      ...groups.map(({ id, name, isOrganizationLevel, sync }) => [id, name, isOrganizationLevel ? '' : '51', ...(hasSync ? [String(sync === true)] : [])]),
    ]
      .map(line)
      .join(''),
    'memberships.csv': [['groupId', 'userId'], ...memberships.map(({ user, group }) => [group, user])].map(line).join(''),
  };
}

const FACTS = ['rule', 'severity', 'difference', 'match', 'pattern', 'resolution', 'pairCount', 'pairs', 'location', 'count', 'isProjectGroup', 'lacks'];

interface Facts {
  readonly [name: string]: unknown;
}

const isRecord = (value: unknown): value is Facts => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns what a redaction must not change of a finding: everything but values, fingerprints and words. */
function factsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(factsOf);
  if (!isRecord(value)) return value;
  const kept = new Set([
    ...FACTS,
    'id',
    'active',
    'authenticationType',
    'needsUpdate',
    'first',
    'second',
    'reason',
    'path',
    'line',
    'user',
    'users',
    'group',
    'groups',
    'memberships',
  ]);
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (kept.has(name) ? [[name, factsOf(inner)]] : [])));
}

/** Returns the findings of a JSON report as facts, in an order that values do not decide. */
export function findingsOf(json: string): string[] {
  const report: unknown = JSON.parse(json);
  if (!isRecord(report) || !Array.isArray(report.findings)) throw new Error('no report');
  return report.findings.map((finding) => JSON.stringify(factsOf(finding))).sort();
}

/** Returns the parts of values that must not appear in what is redacted: long enough to be no accident. */
export function secretsOf({ users, groups }: Pick<Organization, 'users' | 'groups'>): string[] {
  const values = [...users.flatMap(({ userName, email }) => [userName, email, userName.split('@')[0], email.split('@')[0]]), ...groups.map(({ name }) => name)];
  return [...new Set(values.map((value) => value.trim()).filter((value) => value.length >= 4 && /[\p{L}\p{N}]/u.test(value)))];
}
