import { createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { contextFor } from '../../../src/app/context.js';
import { redacting } from '../../../src/app/redaction.js';
import { Refusal } from '../../../src/app/refusal.js';
import { makeAliases } from '../../../src/model/alias.js';
import { collationOf } from '../../../src/model/compare.js';
import { isEmailAddress } from '../../../src/model/email.js';
import { foreign, note, quoted, quotedHeading, quotedId } from '../../../src/model/note.js';
import { COLLATIONS } from '../../../src/model/policy.js';
import { UserError } from '../../../src/model/user-error.js';
import { formatNames } from '../../../src/reporters/registry.js';
import { RULES } from '../../../src/rules/registry.js';
import { readCells } from '../../../src/sources/tables/cells.js';
import { SourceRefused } from '../../../src/sources/tables/problem.js';
import { temporaryFolders } from '../../support/machine.js';
import { alikePairs, collation, differenceOf, findingsOf, isBlank, key, matchOf } from '../../support/organizations.js';
import { runCli } from '../../support/run.js';

const aliasesWith = (secret: string) => makeAliases((text) => createHmac('sha256', secret).update(text).digest(), collation);
const { identity, group, person } = aliasesWith('night sky');

const NAMES = [
  'ana',
  'jdoe',
  'o.lee',
  'søren',
  'дана',
  'mary-ann',
  'x',
  'σοφια',
  '結城',
  'maximilian.von.der.trenck',
  'a..b',
  'o(lee)',
  'corp\\ana',
  '17',
  '한국',
  '🥐',
  '🥐🥐',
  '★ana',
];
const DOMAINS = [
  'dome.example',
  'Dome.Example',
  'sky.org',
  'mail.sky.org',
  'localhost',
  '1.2.3.4',
  '-x.org',
  'bücher.de',
  'x..org',
  'a-very-long-name-of-an-observatory-in-the-mountains.org',
];

const address = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom('@', '@', '@', '@@', '', ' at '), fc.constantFrom(...DOMAINS))
  .map((parts) => parts.join(''));

/** Other spellings: case, accents composed or not, white space and unseen characters anywhere, full-width letters. */
const spelling: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.constant((text: string) => text),
  fc.constant((text: string) => text.toUpperCase()),
  fc.constant((text: string) => text.replace(/^./u, (char) => char.toUpperCase())),
  fc.tuple(fc.nat(30), fc.constantFrom(' ', '\u00a0', '\t', '\u200b', '\u00ad', '  ')).map(([at, extra]) => (text: string) => {
    const chars = [...text];
    chars.splice(Math.min(at, chars.length), 0, extra);
    return chars.join('');
  }),
  fc.tuple(fc.constantFrom('\u0301', '\u0300', '\u0308', '\u0303', '\u0327'), fc.constantFrom('NFC', 'NFD')).map(
    ([mark, form]) =>
      (text: string) =>
        text.replace(/[aeiou]/u, (char) => (char + mark).normalize(form)),
  ),
  fc.constant((text: string) => text.replace(/[a-z]/, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))),
  fc.constant((text: string) => text.replace(/[a-z]/, (char) => String.fromCodePoint(0x1d41a + char.charCodeAt(0) - 97))),
);

const spelt = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.tuple(text, spelling, spelling).map(([base, one, other]) => other(one(base)));
const pairOf = (text: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.tuple(spelt(text), spelt(text)),
    text.chain((base) => fc.tuple(spelt(fc.constant(base)), spelt(fc.constant(base)))),
  );

describe('an alias', () => {
  it('is as like another, and as unlike, as what it stands for', () => {
    const pairs = pairOf(fc.oneof(address, fc.constantFrom(...NAMES)));
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const [x, y] = [identity(a), identity(b)];
        expect(x === y).toBe(a === b);
        if (a !== b) expect(differenceOf(x, y)).toBe(differenceOf(a, b));
        expect(key(x) === key(y)).toBe(key(a) === key(b));
        expect(key(identity(key(a)))).toBe(key(x));
      }),
      { numRuns: 4000 },
    );
  });

  it('is an email address where what it stands for is one', () => {
    fc.assert(
      fc.property(spelt(fc.oneof(address, fc.constantFrom('@', '@x.org', 'ana@', 'a b@x.org', 'ana@x.org '))), (text) => {
        expect(isEmailAddress(identity(text))).toBe(isEmailAddress(text));
        expect([...identity(text)].filter((char) => char === '@').length).toBe([...text].filter((char) => char === '@').length);
      }),
      { numRuns: 4000 },
    );
  });

  it.each([1, 12, 13, 61, 64, 65, 100])('of a local part of %i letters is as long as it may be, or too long', (length) => {
    const text = `${'a'.repeat(length)}@x.org`;
    expect(isEmailAddress(identity(text))).toBe(isEmailAddress(text));
  });

  it('keeps a domain and a local part to be known again', () => {
    const [local, domain] = identity('jdoe@sky.org').split('@');
    expect(identity('jdoe')).toBe(local);
    expect(identity('ana@sky.org').split('@')[1]).toBe(domain);
    expect(identity('ana@mail.sky.org').split('@')[1]).not.toBe(domain);
    expect(domain).toMatch(/^[a-z]+\.example$/);
  });

  it.each(['', ' ', '\u200b', '\t\u00a0'])('of a blank is the blank %j', (text) => {
    expect(identity(text)).toBe(text);
    expect(group(text)).toBe(text);
    expect(person(text)).toBe(text);
    expect(isBlank(text)).toBe(true);
  });

  it('of group names keeps how they match', () => {
    const name = spelt(fc.constantFrom('Night shift', 'Mirror crew (EU)', 'Obsérvers', 'Ops'));
    const names = fc
      .constantFrom('Night shift', 'Mirror crew (EU)', 'Ops')
      .chain((base) => fc.array(fc.oneof(fc.constant(base), spelt(fc.constant(base))), { minLength: 2, maxLength: 4 }));
    fc.assert(
      fc.property(names, name, name, (all, a, b) => {
        if (new Set(all.map(key)).size === 1) expect(matchOf(all.map(group))).toBe(matchOf(all));
        expect(key(group(a)) === key(group(b))).toBe(key(a) === key(b));
      }),
    );
  });

  it('does not show a picture or a symbol that serves as a name', () => {
    for (const name of ['🥐', '🥐🥐', '★★★']) for (const alias of [identity, group, person]) expect(alias(name)).toMatch(/^[a-z◦]+$/);
  });

  it('depends on the key and on nothing else', () => {
    expect(aliasesWith('night sky').identity('ana@sky.org')).toBe(identity('ana@sky.org'));
    expect(aliasesWith('day').identity('ana@sky.org')).not.toBe(identity('ana@sky.org'));
    expect(identity('Night')).not.toBe(group('Night'));
  });

  it('does not show how short a name is, nor a vowel of it', () => {
    for (const name of ['x', 'ana', 'jonathan.b']) expect(identity(name)).toMatch(/^[b-df-hj-np-tv-z]{12}$/);
  });
});

/** Spellings that meet in one key under some collation or other. */
const MEETING = [
  ['weiß', 'weiss', 'WEISS', 'weiẞ', 'wei\u017fs', 'weißs'],
  ['søren', 'soren', 'Sören', 'SØREN', 'só\u0308ren', 'sören'],
  ['æon', 'aeon', 'Æon', 'ǽon', 'AEON'],
  ['йога', 'иога', 'и\u0306ога', 'ЙОГА', 'и\u0323\u0306ога'],
  ["o'neil", 'o’neil', 'O‘NEIL', 'o\u0301’neil'],
  ['カナ', 'かな', 'ｶﾅ', 'ガナ', 'カ\u3099ナ'],
  ['σας', 'ΣΑΣ', 'σασ', 'Σας', 'σάς'],
  ['ﬁx', 'fix', 'FIX', 'ｆix', 'ⓕix', '𝐟ix'],
  ['col·lega', 'collega', 'coŀlega', 'COL·LEGA'],
  ['เกม', 'กเม', 'เ\u034fกม'],
  ['ångström', 'angstrom', 'a\u030angstrom', 'Ångstro\u0308m'],
  ['ines', 'İnes', 'ınes', 'i\u0307nes', 'I\u0307nes'],
  ['ǆ', 'ǅ', 'Ǆ', 'dž', 'DŽ', 'dz\u030c'],
  ['한국', '\u1112\u1161\u11ab\u1100\u116e\u11a8', '한굴'],
  ['٣', '3', '３', '③', '³'],
  ['🥐', '🍞', '\ufffd'],
];

/** They share their lower case with another capital, or are not the capital of their own. */
const ODD_CAPITALS = /[^\p{Ll}\P{L}](?<=[\u0130\u03f4\u2126\u212a\u212b\u01c5\u01c8\u01cb\u01f2\u1e9e\u1f88-\u1ffc])|I\u0307/u;

const around: fc.Arbitrary<(text: string) => string> = fc.constantFrom(
  (text: string) => text,
  (text: string) => text,
  (text: string) => ` ${text}`,
  (text: string) => `${text}\u00a0`,
  (text: string) => text.replace(/^(.)/u, '$1\u200b'),
  (text: string) => text.replace(/\p{M}/u, '\u200d$&'),
  (text: string) => `${text} ${text}`,
  (text: string) => `ana.${text}`,
);
const meeting = fc.constantFrom(...MEETING).chain((group) => fc.tuple(fc.constantFrom(...group), fc.constantFrom(...group)));

describe.each(COLLATIONS)('under %s an alias', (name) => {
  const collation = collationOf(name);
  const { key, differenceOf } = collation;
  const spacesOf = (text: string): number => text.split(' ').length;
  const areSpacesOwn = (text: string): boolean =>
    spacesOf(key(text)) ===
      spacesOf(
        text
          .replace(/\p{Cf}/gu, '')
          .replace(/\p{White_Space}+/gu, ' ')
          .trim(),
      ) && !/\u034f /.test(text);
  const { identity, group } = makeAliases((text) => createHmac('sha256', 'night sky').update(text).digest(), collation);

  it('keeps who is equal to whom, and in what they differ', () => {
    const pairs = fc.oneof(
      fc.tuple(meeting, around, around).map(([[a, b], one, other]) => [one(a), other(b)] as const),
      fc.tuple(meeting, around).map(([[a, b], one]) => [`${one(a)}@dome.example`, `${one(b)}@dome.example`] as const),
      alikePairs(collation),
    );
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        // NFKC takes spacing accents for a space with a mark: such keys have a space where the text has none.
        fc.pre(areSpacesOwn(a) && areSpacesOwn(b));
        for (const alias of [identity, group]) {
          const [x, y] = [alias(a), alias(b)];
          expect(x === y).toBe(a === b);
          expect(key(x) === key(y)).toBe(key(a) === key(b));
          const isCase = a.toLowerCase() === b.toLowerCase();
          if (a !== b && !ODD_CAPITALS.test(a + b) && !(isCase && key(a) !== key(b))) expect(differenceOf(x, y)).toBe(differenceOf(a, b));
          expect(key(alias(key(a)))).toBe(key(x));
        }
      }),
      { numRuns: 4000 },
    );
  });
});

describe('what may be shown before the export is known', () => {
  const context = contextFor({ process, host: 'observatory', now: () => new Date(0) });

  /** Returns what a command under `--redact` fails with, if it throws this. */
  async function redacted(error: Error): Promise<unknown> {
    try {
      await redacting({ users: ['export/users.csv'] }, [], context, () => Promise.reject(error));
    } catch (caught) {
      return caught;
    }
    throw new Error('nothing was thrown');
  }

  test('values of an error are replaced where it states them, whatever the text around them reads like', async () => {
    const hostile = 'annabel" is on line 3, the id "17';
    const error = await redacted(
      new Refusal('refused', note`${quoted(hostile)} and ${quoted('export/users.csv')} of ${quotedId('17')}: ${foreign('near annabel')}`, 'Export again.', [
        note`under ${quotedHeading('Email')}, not ${quotedHeading('annabel')}`,
      ]),
    );
    expect(error).toBeInstanceOf(Refusal);
    expect(String(error)).toMatch(/^\S+: "(?!.*annabel)(?:[^"\\]|\\.)+" and "export\/users.csv" of "17": \(withheld\)$/);
    expect(error).toMatchObject({ kind: 'refused', hint: 'Export again.', details: [expect.stringMatching(/^under "Email", not "(?!annabel)[^"]+"$/)] });
  });

  test('a plain sentence that may quote a value is withheld as a whole, and where the error is stays', async () => {
    const told = 'user "annabel" is unknown';
    expect(await redacted(new UserError(told, told, [told], told))).toMatchObject({
      message: expect.stringMatching(/withheld/),
      hint: expect.stringMatching(/withheld/),
      details: [expect.stringMatching(/withheld/)],
      command: expect.stringMatching(/withheld/),
    });
    const refused = await redacted(new SourceRefused([{ file: 'users.csv', line: 3, column: 2, heading: 'email', message: told }], 1));
    expect(refused).toMatchObject({ details: [expect.stringMatching(/^users\.csv, line 3, column 2 \(email\): .*withheld/)] });
  });

  test('any other error shows where the program failed, and not with what', async () => {
    expect(String(await redacted(new Error('annabel')))).toBe('Error: the message is withheld under --redact');
  });
});

const makeFolder = temporaryFolders();
const SOURCE = 'fixtures/organizations/observatory';
const ARGS = [SOURCE, '--auth-mode', 'multi', '--sync-groups', `${SOURCE}/sync-groups.txt`];
const KEY = { SCIM_AUDIT_REDACT_KEY: 'the seventh moon' };

/** What reports say of themselves: values that are words of it too cannot be told from it. */
const OWN_TEXT = [...RULES.flatMap(({ title, finds, why, fix, example }) => [title, finds, why, fix, example]), 'SCIM, Data, user, users, email, group'].join(
  '\n',
);

const holds = (text: string, value: string): boolean => {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const around = [text[at - 1] ?? '', text[at + value.length] ?? ''];
    if (!around.some((char) => /[\p{L}\p{N}]/u.test(char))) return true;
  }
  return false;
};

/** Returns the values of the fixture that a redacted report must not show. */
function secrets(): string[] {
  const column = (file: string, ...names: string[]): string[] => {
    const { headings, rows } = readCells(join(SOURCE, file), { encoding: undefined });
    return rows.flatMap(({ cells }) => names.flatMap((name) => cells[headings.indexOf(name)] ?? []));
  };
  const { headings } = readCells(join(SOURCE, 'users.csv'), { encoding: undefined });
  const identities = column('users.csv', ...headings.filter((name) => /user ?name|mail/i.test(name)));
  const people = column('users.csv', ...headings.filter((name) => /(?:first|last|full|display|given|sur) ?name/i.test(name)));
  const groups = column('groups.csv', 'name');
  expect(identities.length).toBeGreaterThan(50);
  expect(groups.length).toBeGreaterThan(3);
  const values = [...identities, ...identities.map((text) => text.split('@')[0]), ...identities.map((text) => text.split('@')[1] ?? ''), ...people, ...groups];
  return [...new Set(values.map((text) => text.trim()).filter((text) => text.length >= 4 && !holds(OWN_TEXT, text)))];
}

const SECRETS = secrets();
const leaksOf = (text: string): string[] => SECRETS.filter((secret) => holds(text, secret) || holds(text, secret.toLowerCase()));

describe('check --redact', () => {
  it.each(formatNames('report'))('shows no value of the export in %s, and the same with the same key', async (format) => {
    const args = ['check', ...ARGS, '--format', format, '--rows', 'all'];
    const [plain, first, second, other, fresh] = [
      await runCli(args),
      await runCli([...args, '--redact'], { env: KEY }),
      await runCli([...args, '--redact'], { env: KEY }),
      await runCli([...args, '--redact'], { env: { SCIM_AUDIT_REDACT_KEY: 'day' } }),
      await runCli([...args, '--redact']),
    ];
    if (format !== 'junit') expect(leaksOf(plain.stdout).length).toBeGreaterThan(10);
    expect(leaksOf(first.stdout)).toEqual([]);
    expect(first.stderr).toBe(plain.stderr);
    expect(first.code).toBe(plain.code);
    expect(second).toEqual(first);
    expect(new Set([first.stdout, other.stdout, fresh.stdout]).size).toBe(3);
  });

  it('says the same of the same subjects, under the same fingerprints', async () => {
    const args = ['check', ...ARGS, '--format', 'json'];
    const [plain, redacted] = [await runCli(args), await runCli([...args, '--redact'])];
    const fingerprints = (text: string): string[] => text.match(/"fingerprint":"[^"]*"/g) ?? [];
    expect(findingsOf(redacted.stdout)).toEqual(findingsOf(plain.stdout));
    expect(fingerprints(redacted.stdout)).toEqual(fingerprints(plain.stdout));
  });

  it('shows no group that the command line names, in the next step and in the settings', async () => {
    const args = ['check', SOURCE, '--auth-mode', 'multi', '--sync-group', 'Mirror crew', '--sync-group', "Night's watch", '--redact'];
    const [report, settings] = [await runCli(args, { env: KEY }), await runCli([...args, '--show-config'], { env: KEY })];
    for (const { stdout, stderr } of [report, settings]) expect(stdout + stderr).not.toMatch(/mirror crew|watch/i);
  });

  it('shows a next step without names of groups, which pasted as it stands is refused and not run with other settings', async () => {
    const cwd = makeFolder({
      'export/users.csv': 'id,userName,email,active,authType\n1,annabel,ann@sky.org,true,idp\nben@sky.org,ben@sky.org,ben@sky.org,false,idp\n',
      'export/groups.csv': 'id,name,project\n7,Mirror crew,\n8,Night watch,\n',
      'export/memberships.csv': 'groupId,userId\n7,1\n',
      'okta.csv': 'id,login,email,status\na1,ann@sky.org,ann@sky.org,ACTIVE\n',
      'groups.csv': 'id,name\ng1,Mirror crew\n',
      'members.csv': 'id,login\na1,ann@sky.org\n',
    });
    const idp = ['--idp', 'okta', '--idp-users', 'okta.csv', '--idp-groups', 'groups.csv', '--idp-members', 'Mirror crew=members.csv'];
    const args = ['check', 'export', '--auth-mode', 'multi', '--sync-group', 'Mirror crew', ...idp, '--leave-out-user', 'ben@sky.org', '--redact'];
    const { stdout, stderr } = await runCli(args, { cwd });
    expect(stdout + stderr).not.toMatch(/mirror crew|ben@sky/i);
    const command = /^ {2}scim-audit (plan .*)$/m.exec(stdout)?.[1] ?? '';
    expect(command).toBe('plan export --auth-mode multi --idp okta --idp-users okta.csv --idp-groups groups.csv … --out plan');
    expect(stdout.replace(/\s+/g, ' ')).toContain('name groups or users (--sync-group, --leave-out-user, --idp-members)');
    const pasted = await runCli(command.split(' '), { cwd });
    expect({ code: pasted.code, isWritten: existsSync(join(cwd, 'plan')) }).toEqual({ code: 2, isWritten: false });
    const settings = await runCli([...args, '--show-config'], { cwd });
    expect(settings.stdout).toContain('=members.csv');
    expect(settings.stdout).not.toMatch(/mirror crew/i);
  });

  it('shows the whole next step where no option names anybody', async () => {
    const { stdout } = await runCli(['check', ...ARGS, '--redact']);
    expect(stdout).toContain(`  scim-audit plan ${ARGS.join(' ')} --out plan`);
  });

  it('tells what a setting may be, and the id that is there twice, as they are', async () => {
    const users = 'id,userName,email,active\n17,annabel,ann@sky.org,true\n17,benedict,ben@sky.org,true\nann@sky.org,c,,true\nann@sky.org,d,,true\n';
    const cwd = makeFolder({ 'export/users.csv': users, 'c.json': '{ "authMode": "annabel", "failOn": "none" }' });
    const config = await runCli(['check', 'export', '--redact', '--config', 'c.json'], { cwd });
    expect(config.code).toBe(2);
    expect(config.stderr).toContain('authMode: expected one of "basic"|"saml"|"auth0"|"multi".');
    expect(config.stderr).toContain('failOn: expected one of "error"|"warning"|"info"|"never".');
    const twice = await runCli(['check', 'export', '--auth-mode', 'basic', '--redact'], { cwd });
    expect(twice.stderr).toContain('the id "17" already appears on line 2');
    expect(twice.stderr).toMatch(/the id "[^"]*" already appears on line 4/);
    expect(twice.stderr).not.toMatch(/annabel|benedict|sky\.org/);
  });

  it('shows no number that is a username, where usernames stand for ids', async () => {
    const cwd = makeFolder({ 'u.csv': 'Username,Full Name,Email,License Type\n4711,Mira Falk,m@sky.org,Named\n4711,Otto Kern,o@sky.org,Named\n' });
    const { code, stderr } = await runCli(['check', '--users', 'u.csv', '--auth-mode', 'basic', '--redact'], { cwd });
    expect({ code, isTold: stderr.includes('already appears on'), isShown: stderr.includes('4711') }).toEqual({ code: 2, isTold: true, isShown: false });
  });

  it('quotes nothing of the export where it cannot be read', async () => {
    const rows = ['1,annabel,ann@sky.org,perhaps "maybe",idp', '1,benedict,ben@sky.org,true,ldap-annabel', '"annabel,x"'];
    const cwd = makeFolder({
      'users.csv': `id,userName,email,active,authType\n${rows.map((row) => row.replace('perhaps "maybe"', '"per ""haps"')).join('\n')}\n`,
      'headless/users.csv': '1,annabel,ann@sky.org,true\n2,benedict,ben@sky.org,true\n',
    });
    for (const source of ['.', 'headless']) {
      const result = await runCli(['check', source, '--auth-mode', 'multi', '--redact'], { cwd });
      expect(result.code).toBe(2);
      expect(result.stderr).toContain('users.csv');
      expect(result.stdout + result.stderr).not.toMatch(/annabel|benedict|haps|sky\.org/);
    }
  });

  it('withholds who accepted a finding, and why', async () => {
    const cwd = makeFolder({ 'users.csv': 'id,userName,email,active\n1,annabel,,true\n2,off,off@sky.org,false\n' });
    const plan = ['plan', '.', '--auth-mode', 'basic', '--skip-rule', 'duplicate-group-name', '--skip-rule', 'inactive-basic-member', '--out', 'plan'];
    expect((await runCli(plan, { cwd })).code).toBe(0);
    const answered = readFileSync(join(cwd, 'plan/decisions.csv'), 'utf8').replace(
      /^("missing-email:.*)(?:,""){5}$/m,
      '$1,"accept","","annabel is away","Ann Bell",""',
    );
    const decisions = join(makeFolder({ 'd.csv': answered }), 'd.csv');
    const args = [
      'check',
      '.',
      '--auth-mode',
      'basic',
      '--skip-rule',
      'duplicate-group-name',
      '--skip-rule',
      'inactive-basic-member',
      '--decisions',
      decisions,
    ];
    for (const id of formatNames('report')) {
      const { code, stdout } = await runCli([...args, '--format', id, '--redact'], { cwd });
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/annabel|away|Ann Bell/);
    }
  });
});

const withoutMark = (text: string): string => text.replace('<!-- scim-audit/redacted-plan -->\n', '');

describe('plan --redact', () => {
  it('writes the plan for reading only, without a value of the export', async () => {
    const cwd = makeFolder();
    const [open, hidden] = [join(cwd, 'open'), join(cwd, 'hidden')];
    const plain = await runCli(['plan', ...ARGS, '--out', open, '--format', 'json']);
    const redacted = await runCli(['plan', ...ARGS, '--out', hidden, '--format', 'json', '--redact'], { env: KEY });
    expect(redacted.code).toBe(0);
    expect(readdirSync(hidden).sort()).toEqual(['decisions.csv', 'memberships.csv', 'notices.csv', 'plan.html', 'plan.md']);
    expect(statSync(join(hidden, 'plan.md')).mode & 0o777).toBe(0o600);
    for (const name of readdirSync(hidden)) {
      const text = readFileSync(join(hidden, name), 'utf8');
      const original = readFileSync(join(open, name), 'utf8');
      expect(leaksOf(text)).toEqual([]);
      // The page of a real plan holds what its script needs.
      if (name === 'plan.html') continue;
      expect(withoutMark(text).split('\n').length).toBe(original.split('\n').length);
      expect(text.match(/[a-z-]+:[0-9a-f]{16}\b/g)).toEqual(original.match(/[a-z-]+:[0-9a-f]{16}\b/g));
    }
    expect(readFileSync(join(hidden, 'plan.md'), 'utf8')).toContain('for reading only');
    const numbers = (text: string) => ({ ...JSON.parse(text), folder: '', digest: '' });
    expect(numbers(redacted.stdout)).toEqual(numbers(plain.stdout));
    expect(redacted.stderr).toContain('redacted and for reading only');
    const applied = await runCli(['apply', hidden, SOURCE, '--out', join(cwd, 'applied'), '--yes']);
    expect(applied.code).not.toBe(0);
    expect(existsSync(join(cwd, 'applied'))).toBe(false);
  });

  it('tells whom the actions are about and who decided it by aliases only', async () => {
    const cwd = makeFolder();
    const [open, decided, hidden] = [join(cwd, 'open'), join(cwd, 'decided'), join(cwd, 'hidden')];
    expect((await runCli(['plan', ...ARGS, '--out', open])).code).toBe(0);
    const { headings, rows } = readCells(join(open, 'decisions.csv'), { encoding: undefined });
    const taken = rows.map(({ cells }) => {
      const [action = '', ...value] = (cells[6] ?? '').split(' ');
      return action === '' ? cells : [...cells.slice(0, 7), action, value.join(' '), 'Yael Levi has left', 'Mei Tanaka', ''];
    });
    const quoted = [headings, ...taken].map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
    const decisions = join(makeFolder({ 'd.csv': quoted }), 'd.csv');
    expect((await runCli(['plan', ...ARGS, '--out', decided, '--decisions', decisions])).code).toBe(0);
    const { stdout } = await runCli(['plan', ...ARGS, '--out', hidden, '--decisions', decisions, '--redact'], { env: KEY });
    const [plain, redacted] = [decided, hidden].map((folder) => readFileSync(join(folder, 'plan.md'), 'utf8'));
    for (const text of ['`ext-cryo-1` (12)', 'leaves `Instrument Team` (7)', 'Yael Levi has left', 'Mei Tanaka', 'decided: becomes "former-41@'])
      expect(plain).toContain(text);
    expect(leaksOf(redacted + stdout)).toEqual([]);
    expect(redacted + stdout).not.toMatch(/Yael|Levi|Tanaka|former-41@observatory/);
    expect(redacted).toMatch(/ \| leaves `[^`]+` \(7\) \| decided: `\(withheld\)` \(`[^`]+`\); settles inactive-basic-member \|/);
    expect(redacted).toMatch(/41 \(inactive IdP\) has it, decided: becomes "/);
    expect(withoutMark(redacted).split('\n').length).toBe(plain.split('\n').length);
  });

  it('shows no username that serves as an id, in a temporary username either', async () => {
    const rows = ['annabel@sky.org,annabel@sky.org,benedict@sky.org,true', 'benedict@sky.org,benedict@sky.org,annabel@sky.org,true'];
    const cwd = makeFolder({ 'export/users.csv': `id,userName,email,active\n${rows.join('\n')}\n9,off,off@sky.org,false\n` });
    const settings = ['--auth-mode', 'basic', '--skip-rule', 'duplicate-group-name', '--skip-rule', 'inactive-basic-member'];
    const { code, stdout, stderr } = await runCli(['plan', 'export', ...settings, '--out', 'plan', '--redact'], { cwd, env: KEY });
    expect(code).toBe(0);
    const text = readFileSync(join(cwd, 'plan/plan.md'), 'utf8');
    expect(text).toContain('(temporary, to open a ring)');
    expect(text).toMatch(/ring of 2, solved without a decision: /);
    expect(text + stdout + stderr).not.toMatch(/annabel|benedict|sky/i);
  });

  it('does not overwrite a plan that can be applied, and is written again over itself', async () => {
    const cwd = makeFolder();
    const out = join(cwd, 'plan');
    expect((await runCli(['plan', ...ARGS, '--out', out])).code).toBe(0);
    const before = readFileSync(join(out, 'decisions.csv'), 'utf8');
    const refused = await runCli(['plan', ...ARGS, '--out', out, '--redact']);
    expect(refused.code).toBe(2);
    expect(readFileSync(join(out, 'decisions.csv'), 'utf8')).toBe(before);
    for (const time of [1, 2]) expect((await runCli(['plan', ...ARGS, '--out', join(cwd, 'hidden'), '--redact'])).code, `time ${time}`).toBe(0);
  });

  it('shows decisions, and what is wrong with them, by aliases', async () => {
    const rows = [
      '1,annabel,shared@sky.org,true',
      '2,benedict,shared@sky.org,true',
      '3,"cor""del\\",cordel@sky.org,false',
      '4,CORDEL@sky.org,dora@sky.org,false',
    ];
    const cwd = makeFolder({ 'export/users.csv': `id,userName,email,active\n${rows.join('\n')}\n` });
    const settings = ['--auth-mode', 'basic', '--skip-rule', 'duplicate-group-name', '--skip-rule', 'inactive-basic-member', '--escape', 'none'];
    const plan = ['plan', 'export', ...settings, '--out'];
    expect((await runCli([...plan, 'plan'], { cwd })).code).toBe(0);
    const { headings, rows: asked } = readCells(join(cwd, 'plan/decisions.csv'), { encoding: undefined });
    const decided = (email: string): string => {
      let isDone = false;
      const lines = asked.map(({ cells }) => {
        const isMine = !isDone && cells[1] === 'conflicting-users' && cells[3] === '2';
        isDone ||= isMine;
        return isMine ? [...cells.slice(0, 7), 'set-email', email, 'benedict asked for it', 'Boss Person', ''] : cells;
      });
      return [headings, ...lines].map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
    };
    const decisions = makeFolder({
      'good.csv': decided('benedict@sky.org'),
      'taken.csv': decided('annabel@sky.org'),
      'clash.csv': decided('dora@sky.org'),
      'bad.csv': decided('benedict at sky'),
    });
    const good = await runCli([...plan, 'good', '--redact', '--decisions', join(decisions, 'good.csv')], { cwd, env: KEY });
    expect(good.stderr).toContain('exit 0');
    const all = ['plan.md', 'decisions.csv', 'notices.csv', 'memberships.csv'].map((name) => readFileSync(join(cwd, 'good', name), 'utf8')).join('\n');
    expect(all).toContain('set-email');
    expect(all + good.stdout).not.toMatch(/annabel|benedict|shared|cordel|dora|boss|sky\.org/i);
    const taken = await runCli([...plan, 'taken', '--redact', '--decisions', join(decisions, 'taken.csv')], { cwd, env: KEY });
    expect(taken.code).toBe(0);
    const clash = await runCli([...plan, 'clash', '--redact', '--decisions', join(decisions, 'clash.csv')], { cwd, env: KEY });
    expect(clash.stderr).toContain('makes a new finding');
    expect(clash.stdout + clash.stderr).not.toMatch(/annabel|benedict|shared|cordel|dora|boss|sky/i);
    const bad = await runCli([...plan, 'bad', '--redact', '--decisions', join(decisions, 'bad.csv')], { cwd, env: KEY });
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/line \d+, column 9/);
    expect(bad.stdout + bad.stderr).not.toMatch(/annabel|benedict|shared|cordel|dora|boss|sky/i);
  });
});
