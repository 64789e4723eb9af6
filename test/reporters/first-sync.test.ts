import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { User } from '../../src/model/directory.js';
import type { IdpUser } from '../../src/model/idp.js';
import { escapeUnseen, unguardCell } from '../../src/model/written-text.js';
import { changedOutcomes, withLists } from '../../src/preview/outcomes.js';
import { outcomeText, type Preview } from '../../src/preview/preview.js';
import type { Reconciliation } from '../../src/preview/reconciliation.js';
import { htmlReconcile as html } from '../../src/reporters/html/first-sync.js';
import { STYLE } from '../../src/reporters/html/style.js';
import { markdownReconcile as markdown } from '../../src/reporters/markdown/first-sync.js';
import { prettyReconcile as pretty } from '../../src/reporters/pretty/first-sync.js';
import { formatNames, loadReporter } from '../../src/reporters/registry.js';
import type { WriteOptions } from '../../src/reporters/reporter.js';
import { storedIdpUser, storedUser } from '../support/stored.js';
import { DOCUMENTS, idpOf, named, nastyPreview, organizationOf, previewOf, unseenIn, worlds } from './documents.js';

const OPTIONS: WriteOptions = { tool: { name: 'scim-audit', version: '1.0.0' }, hasColors: false };

async function renderAs(format: string, preview: Preview, options: WriteOptions = OPTIONS): Promise<string> {
  const reporter = await loadReporter(format, 'preview');
  if (reporter === undefined) throw new Error(`no format is called ${format}`);
  return [...reporter.render(preview, options)].join('');
}

describe('the encoded JSON', () => {
  it('is the JSON in UTF-8, a byte per unit or as bytes, whatever the values are', async () => {
    const reporter = await loadReporter('json', 'preview');
    let wide = 0;
    const isSame = (preview: Preview): void => {
      const written: Buffer[] = [];
      for (const piece of reporter?.encoded?.(preview, OPTIONS) ?? []) {
        if (typeof piece === 'string') expect(piece).toMatch(/^[\0-\xff]*$/);
        written.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : Buffer.from(piece));
      }
      const text = [...(reporter?.render(preview, OPTIONS) ?? [])].join('');
      if (/[^\0-\xff]/.test(text)) wide++;
      expect(Buffer.concat(written).toString('utf8')).toBe(text);
    };
    fc.assert(fc.property(nastyPreview, isSame), { numRuns: 300 });
    expect(wide).toBeGreaterThan(20);
    const accents = ['Zoë Ångström', 'Ștefan "Řehoř"', '天文台 🔭', 'a\\b\u2028\ud800', 'Ř'.repeat(9001)];
    isSame(
      previewOf(
        organizationOf({
          users: accents.map((name) => ({ userName: name, email: `${name}@dome.example`, givenName: name, familyName: 'Řehoř' })),
          groups: named(...accents),
        }),
        idpOf({ provider: 'okta', users: accents.map((name) => ({ subject: name, email: `${name}@dome.example`, givenName: 'Řehoř', familyName: name })) }),
      ),
    );
  });
});

describe('the JSON of people and their sign-ins', () => {
  /** Both lists, a line per value, written by JSON.stringify. */
  function twin({ forecast, snapshot: { inputs } }: Preview): string {
    const line = (value: object): string => escapeUnseen(JSON.stringify(value));
    const list = (name: string, lines: readonly string[]): string =>
      `  "${name}": [${lines.map((each) => `\n    ${each}`).join(',')}${lines.length === 0 ? '' : '\n  '}],\n`;
    const account = ({ id, userName, email, active, authenticationType, givenName, familyName, input, line: at }: User) => {
      const { path, table } = inputs[input];
      const location = table === undefined ? { path, line: at } : { path, table, rowid: at };
      return { id, userName, email, active, authenticationType, givenName, familyName, location };
    };
    const sent = ({ id, subject, email, active, isPending, isSuspended, path, line: at }: IdpUser) => ({
      id,
      subject,
      email,
      active,
      pending: isPending === true ? true : undefined,
      suspended: isSuspended === true ? true : undefined,
      location: { path, line: at },
    });
    const ids = (users: readonly User[]) => (users.length === 0 ? undefined : users.map(({ id }) => id));
    const users = forecast.users.map(({ effects, user, idpUser, overwrites, beside, candidates, why }) =>
      line({
        effects,
        user: user === undefined ? undefined : account(user),
        idpUser: idpUser === undefined ? undefined : sent(idpUser),
        overwrites: overwrites.length === 0 ? undefined : overwrites,
        beside: ids(beside),
        candidates: ids(candidates),
        reasons: why.names,
      }),
    );
    const logins = forecast.logins.map(({ user, login, why }) => line({ user: user.id, login, reasons: why.names }));
    return list('users', users) + list('logins', logins);
  }

  /** The preview with the users of both sides as bytes, as those of a large export are. */
  function stored(preview: Preview): Preview {
    const ours = (user: User): User => storedUser(user) ?? user;
    const { people, signIns } = preview.forecast;
    const forecast = withLists({
      ...preview.forecast,
      people: changedOutcomes(people, (one) => ({
        ...one,
        user: one.user === undefined ? undefined : ours(one.user),
        idpUser: one.idpUser === undefined ? undefined : (storedIdpUser(one.idpUser) ?? one.idpUser),
        beside: one.beside.map(ours),
        candidates: one.candidates.map(ours),
      })),
      signIns: changedOutcomes(signIns, (one) => ({ ...one, user: ours(one.user) })),
    });
    return { ...preview, forecast };
  }

  it('is what JSON.stringify writes, of strings and of bytes', async () => {
    const isAsWritten = async (preview: Preview): Promise<void> => {
      expect(await renderAs('json', preview)).toContain(twin(preview));
      expect(await renderAs('json', stored(preview))).toContain(twin(preview));
    };
    await fc.assert(fc.asyncProperty(nastyPreview, isAsWritten), { numRuns: 300 });
    await fc.assert(
      fc.asyncProperty(worlds, ({ organization, idp }) => isAsWritten(previewOf(organization, idp))),
      { numRuns: 200 },
    );
    const names = ['Zoë', 'Ștefan', 'À\u00ad', '\u0080', '\u00bf', 'ſƀ', '"', '\\', '\u007f', '日本 🔭', 'ŕ'.repeat(70), ''];
    await isAsWritten(
      previewOf(
        organizationOf({ users: names.map((name, at) => ({ id: String(10 ** at), userName: name, email: `${name}@x`, givenName: name, familyName: 'Á' })) }),
        idpOf({ provider: 'okta', users: names.map((name) => ({ subject: name, email: `${name}@x`, givenName: 'é', familyName: name })) }),
      ),
    );
  });

  it('is written whole if it takes many pieces', async () => {
    const users = Array.from({ length: 2000 }, (_, at) => ({ userName: `user${at}@dome.example`, email: `user${at}@dome.example` }));
    const preview = previewOf(organizationOf({ users }), idpOf({ provider: 'okta', users: users.map(({ email }) => ({ subject: email, email })) }));
    expect(await renderAs('json', preview)).toContain(twin(preview));
  });
});

const observatory = (provider: 'okta' | 'entra' = 'okta', actions = false): Preview =>
  previewOf(
    organizationOf({
      users: [
        { userName: 'ana', email: 'ana@dome.example' },
        { userName: 'ben@dome.example', email: 'Ben@dome.example', active: false },
        { userName: 'cleo@dome.example', email: 'cleo@dome.example' },
        { userName: 'dag', email: 'dag@dome.example', active: false, authenticationType: 'basic' },
        { userName: 'EMA@dome.example', email: 'ema@dome.example' },
        { userName: 'finn@dome.example', email: 'finn@dome.example' },
        { userName: 'Finn@dome.example', email: 'finn2@dome.example' },
      ],
      groups: named('Domes', 'mirrors', 'Night shift'),
      members: [
        ['3', 'g1'],
        ['4', 'g1'],
      ],
    }),
    idpOf({
      provider,
      users: [
        { subject: 'ana@dome.example' },
        { subject: 'ben@dome.example' },
        { subject: 'cleo@dome.example', active: false, isSuspended: true },
        { subject: 'ema@dome.example' },
        { subject: 'finn@dome.example' },
        { subject: 'gro@dome.example' },
      ],
      groups: ['Domes', 'Mirrors'],
      members: [
        [0, 0],
        [2, 0],
        [5, 1],
      ],
      strangers: { 1: 2 },
    }),
    {
      licenses: { creator: 1, creatorFloat: 1 },
      ...(actions
        ? { actions: [{ id: 'a1', change: { kind: 'replace-user', user: '1', attribute: 'userName', from: 'ana', to: 'ana@dome.example' }, resolves: [] }] }
        : {}),
    },
  );

describe.each(formatNames('preview'))('%s', (format) => {
  it('brings nothing unseen to a terminal', async () => {
    const own = unseenIn(await renderAs(format, observatory()));
    await fc.assert(
      fc.asyncProperty(nastyPreview, async (preview) => {
        const text = await renderAs(format, preview, { ...OPTIONS, width: 80 });
        // JSON may hold a lone surrogate only escaped.
        expect(unseenIn(text).filter((char) => !own.includes(char))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same bytes for the same preview', async () => {
    expect(await renderAs(format, observatory('entra'))).toBe(await renderAs(format, observatory('entra')));
  });

  it('names everybody, of either side', async () => {
    const text = await renderAs(format, observatory());
    for (const name of ['ana', 'ben', 'cleo', 'dag', 'finn', 'gro']) expect(text, name).toMatch(new RegExp(`\\b${name}\\b`));
    for (const name of ['Domes', 'Mirrors', 'mirrors']) expect(text, name).toContain(name);
  });

  it('comes in small pieces', async () => {
    const crowd = previewOf(
      organizationOf({ users: Array.from({ length: 5000 }, (_, at) => ({ userName: `u${at}`, email: 'desk@dome.example' })) }),
      idpOf({ provider: 'okta', users: Array.from({ length: 5000 }, (_, at) => ({ subject: `n${at}`, email: 'desk@dome.example' })) }),
    );
    const reporter = await loadReporter(format, 'preview');
    let largest = 0;
    for (const piece of reporter?.render(crowd, OPTIONS) ?? []) largest = Math.max(largest, piece.length);
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(100_000);
  });
});

describe('pretty', () => {
  it('says the loudest first, each with its reason', async () => {
    const text = await renderAs('pretty', observatory());
    const titles = [...text.matchAll(/^[✖▲●] (.*): [\d,]+$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      'Users who would get a second account',
      'Users whose account is ambiguous',
      'Users for whom the outcome is not documented',
      'Accounts that are deactivated',
      'Accounts that are activated, each with a license',
      'First sign-in: people who reach no account',
      'First sign-in: not certain',
      'Members who are lost',
      'Groups that are created',
      'Groups to be synced that are not linked',
      'Users who would be left without a license',
      'Accounts whose values are overwritten',
      'New accounts, each with a license',
      'Members who are added',
      'Members who are not added',
    ]);
    expect(text).toMatch(
      /^✖ What the first sync of Okta will do: 1 of 6 people in Okta would get a second account, and the\noutcome for 2 is uncertain; 2 linked and changed, 1 new\n/,
    );
    expect(text).toMatch(/ {4}ana@dome\.example {2}ana@dome\.example {2}1 {3}ana /);
    expect(text).toMatch(/emails\[type eq "work"\]\.value {2}Ben@dome\.example {2}ben@dome\.example/);
    expect(text).toContain('2 not listed');
  });

  it('shows so many rows of each reason, and says how many there are more', async () => {
    const crowd = previewOf(
      organizationOf({ users: [] }),
      idpOf({ provider: 'okta', users: Array.from({ length: 25 }, (_, at) => ({ subject: `n${at}@dome.example` })) }),
    );
    const some = await renderAs('pretty', crowd, { ...OPTIONS, mostRows: 3 });
    expect(some.match(/idp-users\.csv:\d+/g)).toHaveLength(3);
    expect(some).toContain('… and 22 more; --rows all shows them');
    const all = await renderAs('pretty', crowd);
    expect(all.match(/idp-users\.csv:\d+/g)).toHaveLength(25);
    expect(all).not.toContain('… and');
  });

  it.each([40, 60, 80, 120])('keeps to %i columns', async (width) => {
    await fc.assert(
      fc.asyncProperty(nastyPreview, async (preview) => {
        const lines = (await renderAs('pretty', preview, { ...OPTIONS, width, mostRows: 10 })).split('\n');
        // Below four columns a cell says nothing any more, so seven of them need forty-four.
        expect(lines.filter((line) => stringWidth(line) > Math.max(width, 46))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('puts now and after the plan side by side', async () => {
    const shown = observatory('okta', true);
    const text = await renderAs('pretty', shown);
    expect(text).toMatch(/what happens +now +after the plan\n/);
    expect(text).toMatch(/users: created beside their account +1 +0\n/);
    expect(text).toContain('once the plan is applied, none of 6 people in');
    expect(outcomeText(shown)).toMatch(/\(now: 1 and 2\)$/);
  });

  it('has colors for how loud it is, and the same text without them', async () => {
    const plain = await renderAs('pretty', observatory());
    const colored = await renderAs('pretty', observatory(), { ...OPTIONS, hasColors: true });
    expect(colored).toContain('\u001b[31m');
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(plain);
    const calm = previewOf(
      organizationOf({ users: [{ userName: 'ana@dome.example', email: 'ana@dome.example' }] }),
      idpOf({ provider: 'okta', users: [{ subject: 'ana@dome.example' }] }),
    );
    expect(await renderAs('pretty', calm)).toMatch(
      /^✔ What the first sync of Okta will do: the one person in Okta would get no second account, and no\noutcome is uncertain; 1 linked as it is\n/,
    );
  });
});

describe('json', () => {
  it('has everybody on a line, and counts that fit', async () => {
    const text = await renderAs('json', observatory('entra', true));
    const value = JSON.parse(text);
    expect(value).toMatchObject({
      schemaVersion: 2,
      kind: 'scim-audit/preview',
      provider: 'entra',
      snapshot: { users: 7, groups: 3, memberships: 2 },
      idp: { provider: 'entra', users: 6, groups: 2, members: 3 },
      before: { summary: { secondAccounts: 1 } },
      licenses: { stock: { creator: 1, creatorFloat: 1 }, needed: 2, without: [] },
      summary: { secondAccounts: 0 },
    });
    const effects: string[] = value.users.flatMap((user: { effects: string[] }) => user.effects);
    for (const [effect, number] of Object.entries(value.summary.users)) expect(effects.filter((each) => each === effect)).toHaveLength(Number(number));
    expect(text.split('\n').filter((line) => line.startsWith('    {"effect'))).toHaveLength(
      value.users.length + value.groups.length + value.memberships.length,
    );
    expect(value.users[0]).toMatchObject({
      effects: ['link'],
      user: { id: '1', userName: 'ana@dome.example', location: { path: 'users.csv', line: 2 } },
      idpUser: { subject: 'ana@dome.example' },
    });
    expect(JSON.parse(await renderAs('json', observatory())).users[0]).toMatchObject({ effects: ['create'], beside: ['1'], reasons: ['second-account'] });
  });

  it.each(['okta', 'entra'] as const)('says each reason once, by its name (%s)', async (provider) => {
    const { forecast } = observatory(provider);
    const value = JSON.parse(await renderAs('json', observatory(provider)));
    for (const list of ['users', 'groups', 'memberships'] as const) {
      const sentences: Record<string, string> = value.reasons[list];
      const named: string[][] = value[list].map(({ reasons }: { reasons: string[] }) => reasons);
      expect(named.map((names) => names.map((name) => sentences[name]).join(' '))).toEqual(forecast[list].map(({ why }) => why.text));
      expect(new Set(Object.keys(sentences))).toEqual(new Set(named.flat()));
    }
  });

  it('holds what JSON.stringify would write, but for what acts on a terminal', async () => {
    await fc.assert(
      fc.asyncProperty(nastyPreview, async (preview) => {
        for (const line of (await renderAs('json', preview)).split('\n').filter((each) => each.startsWith('    {"effect'))) {
          const record = line.trim().replace(/,$/, '');
          expect(record).toBe(escapeUnseen(JSON.stringify(JSON.parse(record))));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('holds every value as it was', async () => {
    await fc.assert(
      fc.asyncProperty(nastyPreview, async (preview) => {
        const value = JSON.parse(await renderAs('json', preview));
        expect(value.users.flatMap(({ user }: { user?: { userName: string } }) => user?.userName ?? [])).toEqual(
          preview.forecast.users.flatMap(({ user }) => user?.userName ?? []),
        );
        expect(value.users.flatMap(({ idpUser }: { idpUser?: { subject: string } }) => idpUser?.subject ?? [])).toEqual(
          preview.idp.users.map(({ subject }) => subject),
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('csv', () => {
  const rowsOf = (text: string): Record<string, string>[] => parse(text, { columns: true, record_delimiter: '\r\n' });

  it('has a row for each user, group, membership that changes and sign-in', async () => {
    const preview = observatory();
    const { users, groups, memberships, logins } = preview.forecast;
    const rows = rowsOf(await renderAs('csv', preview));
    expect(rows.map(({ kind }) => kind)).toEqual([
      ...users.map(() => 'user'),
      ...groups.map(() => 'group'),
      ...memberships.map(() => 'membership'),
      ...logins.map(() => 'login'),
    ]);
    expect(rows[0]).toMatchObject({ effects: 'create', sent: 'ana@dome.example', sentWhere: 'idp-users.csv:2', beside: '1' });
    expect(rows[1].overwrites).toBe('emails[type eq "work"].value: "Ben@dome.example" -> "ben@dome.example"');
    expect(rows.find(({ kind, sent }) => kind === 'group' && sent === 'Mirrors')).toMatchObject({
      effects: 'create',
      members: 'added 1, kept 0, lost 0, skipped 2, unknown 0',
      beside: 'g2',
    });
  });

  it('holds no formula, and every value reads back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(nastyPreview, async (preview) => {
        const rows = rowsOf(await renderAs('csv', preview));
        for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        const sent = rows.filter(({ kind }) => kind === 'user').map(({ sent, userName }) => [sent, userName].map(unguardCell));
        // The reader of UTF-8 text knows no lone surrogate.
        expect(sent).toEqual(
          preview.forecast.users.map(({ user, idpUser }) => [idpUser?.subject ?? '', user?.userName ?? ''].map((text) => text.toWellFormed())),
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('markdown', () => {
  it('keeps its tables and marks whatever the exports hold', async () => {
    await fc.assert(
      fc.asyncProperty(nastyPreview, async (preview) => {
        const text = await renderAs('markdown', preview);
        let columns = 0;
        for (const line of text.split('\n')) {
          if (!line.startsWith('|')) {
            columns = 0;
            continue;
          }
          const cells = line.split(/(?<!\\)\|/).slice(1, -1);
          columns ||= cells.length;
          expect(cells, line).toHaveLength(columns);
          for (const cell of cells) expect(cell.trim(), line).toMatch(/^(?:[\p{L}\p{M}\p{N} ,.:;()/'…-]*|(`+)(?!`)[\s\S]*(?<!`)\1)$/u);
        }
        expect(text.match(/^# /gm)).toHaveLength(1);
        expect(text.match(/^## Please note$/gm)).toHaveLength(1);
        const note = text.split('\n').find((line) => line.startsWith('- A note')) ?? '';
        expect(note.replace(/\\[!-/:-@[-`{-~]|(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '')).not.toMatch(/[<[\]*_|@#]/);
      }),
      { numRuns: 150 },
    );
  });
});

describe('html', () => {
  const TAGS = 'html head meta title style body a header h1 p b table tr th td thead tbody details summary main h2 h3 span div ul li mark footer'.split(' ');
  const TAG = /<(?:!DOCTYPE html|\/?([a-z0-9]+)((?:\s[a-z-]+(?:="[^"]*")?)*))>/g;

  it('allows its own style only, and no script', async () => {
    const page = await renderAs('html', observatory());
    const digest = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
    expect(page).toContain(`content="default-src 'none'; style-src '${digest}'; base-uri 'none'; form-action 'none'"`);
    expect(page).not.toMatch(/<script|\son\w+=|javascript:/i);
    expect(page.replaceAll(/<a href="https:\/\/support\.jamasoftware\.com\/[^"]*" rel="noreferrer">/g, '')).not.toMatch(/https?:|src=|@import|url\(/);
  });

  it('holds no markup but its own, whatever the exports hold', async () => {
    await fc.assert(
      fc.asyncProperty(nastyPreview, async (preview) => {
        const page = (await renderAs('html', preview)).replace(`<style>${STYLE}</style>`, '');
        const strange: string[] = [];
        const rest = page.replace(TAG, (whole, name: string | undefined, attributes = '') => {
          if (name !== undefined && !TAGS.includes(name)) strange.push(whole);
          if (/\s(?:on|style|src)\w*=/.test(attributes)) strange.push(whole);
          return '';
        });
        expect([...strange, ...(rest.match(/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/g) ?? [])]).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });
});

describe('what the first sync did', () => {
  const [SMALL, OPTIONS] = DOCUMENTS.reconcile();
  const LONG = 'marie-antoinette.okafor-wolfeschlegelstein@southern-observatory.example.com';
  const WIDE: Reconciliation = {
    ...SMALL,
    surprises: [
      { kind: 'deactivated', user: { id: '31', name: LONG }, facts: [{ what: 'active', expected: 'true', found: 'false' }] },
      {
        kind: 'membership-lost',
        user: { id: '31', name: LONG },
        group: { id: '4', name: 'Observers of the southern hemisphere and their night assistants' },
        facts: [],
      },
    ],
    log: { entries: 12, from: '2026-03-01T10:00:00Z', to: '2026-03-01T11:00:00Z', application: 'Jama Connect' },
  };

  it.each([60, 80, 100])('keeps to %i columns of a terminal', (width) => {
    const lines = [...pretty.render(WIDE, { ...OPTIONS, width })].join('').split('\n');
    expect(lines.filter((line) => stringWidth(line) > Math.max(width, LONG.length + 5))).toEqual([]);
    expect(lines.filter((line) => stringWidth(line) > width).every((line) => line.includes(LONG))).toBe(true);
  });

  it('is told in sentences: whom, what was predicted, what was found', () => {
    const text = [...pretty.render(WIDE, OPTIONS)].join('').replaceAll(/\n {4}/g, ' ');
    expect(text).toContain(`  - ${LONG} (id 31): active: false, expected true\n`);
    expect(text).toContain(`  - ${LONG} (id 31), group Observers of the southern hemisphere and their night assistants\n`);
    expect(text).toContain('  - ben@dome.example: predicted: created; account: none, expected a new account\n');
    expect(text).toContain('The log: 12 entries from 2026-03-01T10:00:00Z to 2026-03-01T11:00:00Z, application "Jama Connect".');
  });

  it('has no column in which nothing stands', () => {
    const headings = [...markdown.render(WIDE, OPTIONS)].join('').match(/^\| (?:user id|about).*$/gm);
    expect(headings).toContain('| user id | username | found |');
    expect(headings).toContain('| user id | username | group |');
    expect([...html.render(WIDE, OPTIONS)].join('')).toContain('<th scope="col">user id</th><th scope="col">username</th><th scope="col">found</th></tr>');
  });

  it('names a log only if one was read, and then does not ask for it', () => {
    expect([...pretty.render(SMALL, OPTIONS)].join('')).not.toContain('The log:');
    expect([...pretty.render(SMALL, OPTIONS)].join('')).toContain('--idp-log FILE');
    expect([...pretty.render(WIDE, OPTIONS)].join('')).not.toContain('--idp-log FILE');
  });
});
