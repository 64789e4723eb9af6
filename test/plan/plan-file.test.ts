import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { checkSeal } from '../../src/audit/sealed-document.js';
import type { Group, User } from '../../src/model/directory.js';
import { type Change, DECISION_ACTIONS } from '../../src/model/finding.js';
import { noteText } from '../../src/model/note.js';
import { baselineLines, groupDigest, parseBaseline, userDigest } from '../../src/plan/baseline.js';
import { MemberTally } from '../../src/plan/member-tally.js';
import { type PlanBody, planSchema } from '../../src/plan/plan.js';
import { areTexts, areUsualActions, areUsualRows, PlanAltered, parsePlan, rowsWrittenWith } from '../../src/plan/plan-file.js';
import { type Difference, type FreshMembers, netChanges, verifyPlan } from '../../src/plan/verify.js';
import { inOrder, type MembershipRow, type Organization, organizationArbitrary } from '../support/organizations.js';
import { afterActions, answeredCells, fileOf, madePlanOf, planOf, planText, textOf } from './planning.js';

const isDigestTrue = (text: string): boolean => checkSeal(text, NODE_DIGESTS) === 'whole';
const person = (id: string, userName: string, email: string) =>
  ({ place: 0, id, input: 0, line: 0, userName, email, active: true, authenticationType: 'idp' }) as const;

const BODY: PlanBody = madePlanOf({
  users: inOrder([person('7', 'a@x.org', 'b@x.org'), person('8', 'b@x.org', 'a@x.org'), person('9', 'ünal', 'unal@x.org')]),
  groups: [],
  memberships: [],
  authMode: 'saml',
  syncGroups: null,
}).body;
const TEXT = planText(BODY);

/** Returns an action that renames user 9. */
const renaming = (id: string, to: string, isTemporary = false): PlanBody['actions'][number] => ({
  id,
  change: { kind: 'replace-user', user: '9', attribute: 'userName', from: 'ünal', to, ...(isTemporary ? { temporary: true as const } : {}) },
  resolves: [],
});

const withoutDigest = (text: string): string => text.replace(/"sha256:[0-9a-f]{64}",$/m, '"",');

/** Seals a text as the planner would. */
const withDigest = (text: string): string => {
  const empty = withoutDigest(text);
  return empty.replace('"digest": "",', `"digest": "sha256:${createHash('sha256').update(empty).digest('hex')}",`);
};

const refusal = (text: string): unknown => {
  try {
    return parsePlan(text, 'plan.json', NODE_DIGESTS);
  } catch (error) {
    return error;
  }
};

test('a plan is read back as it was written', () => {
  expect(isDigestTrue(TEXT)).toBe(true);
  const { schemaVersion, kind, digest, ...body } = parsePlan(TEXT, 'plan.json', NODE_DIGESTS);
  expect(body).toEqual({ ...BODY, decisions: BODY.decisions.map(({ fingerprint, id, digest, facts }) => ({ fingerprint, id, digest, facts })) });
  expect([schemaVersion, kind]).toEqual([2, 'scim-audit/plan']);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(planText(body)).toBe(TEXT);
});

test('a plan without actions is read back as well', () => {
  const text = planText({ ...BODY, actions: [], open: [], decisions: [] });
  expect(parsePlan(text, 'plan.json', NODE_DIGESTS).actions).toEqual([]);
});

test('a plan that was made before rows had facts is read, and nothing is known of its rows', () => {
  const text = planText({ ...BODY, decisions: BODY.decisions.map(({ fingerprint, id, digest }) => ({ fingerprint, id, digest })) });
  expect(text).not.toContain('"facts"');
  expect(parsePlan(text, 'plan.json', NODE_DIGESTS).decisions.map(({ facts }) => facts)).toEqual(BODY.decisions.map(() => undefined));
  expect(rowsWrittenWith(text, NODE_DIGESTS)?.decisions).toHaveLength(BODY.decisions.length);
});

describe('whatever is altered is seen', () => {
  test('any byte, changed, left out or put in twice', () => {
    const bytes = Buffer.from(TEXT);
    for (let at = 0; at < bytes.length; at++) {
      for (const other of [bytes[at] ^ 1, 0x20, 0x31]) {
        if (other === bytes[at]) continue;
        const altered = Buffer.from(bytes);
        altered[at] = other;
        const text = altered.toString('utf8');
        if (isDigestTrue(text)) throw new Error(`byte ${at} was changed to ${other} and not seen`);
      }
      const before = bytes.subarray(0, at);
      if (isDigestTrue(Buffer.concat([before, bytes.subarray(at + 1)]).toString('utf8'))) throw new Error(`byte ${at} was left out and not seen`);
      if (isDigestTrue(Buffer.concat([before, bytes.subarray(at, at + 1), bytes.subarray(at)]).toString('utf8')))
        throw new Error(`byte ${at} was doubled and not seen`);
    }
  });
  test('a whole action', () => {
    const without = TEXT.split('\n').filter((line) => !line.includes('"id":"a2"'));
    expect(refusal(without.join('\n'))).toBeInstanceOf(PlanAltered);
  });
  test('two actions in another order', () => {
    const lines = TEXT.split('\n');
    const at = lines.findIndex((line) => line.includes('"id":"a1"'));
    [lines[at], lines[at + 1]] = [lines[at + 1], lines[at]];
    expect(refusal(lines.join('\n'))).toBeInstanceOf(PlanAltered);
  });
  test('line ends, a byte-order mark, another layout, something after the end', () => {
    for (const text of [TEXT.replaceAll('\n', '\r\n'), `\ufeff${TEXT}`, JSON.stringify(JSON.parse(TEXT)), `${TEXT} `, `${TEXT}{}`]) {
      expect(refusal(text)).toBeInstanceOf(PlanAltered);
    }
  });
  test('no digest, an empty one, a second one', () => {
    const [line = ''] = /^ {2}"digest": .*$/m.exec(TEXT) ?? [];
    for (const text of [TEXT.replace(`${line}\n`, ''), withoutDigest(TEXT), TEXT.replace(line, `${line}\n${line}`)]) {
      expect(isDigestTrue(text)).toBe(false);
      expect(refusal(text)).toBeInstanceOf(PlanAltered);
    }
  });
});

describe('what is refused', () => {
  test.each([
    ['no JSON', TEXT.replace(/\}\n$/, '')],
    ['more than JSON', `${TEXT}]`],
    ['actions that are none', TEXT.replace('"actions": [', '"actions": [null,')],
    ['decisions that are none', TEXT.replace('"decisions": [', '"decisions": [null,')],
  ])('what was sealed anew and is no plan: %s', (_, text) => {
    expect(refusal(withDigest(text))).toMatchObject({ name: 'UserError', message: expect.stringContaining('is not a plan that this program understands') });
    if (text.includes('[null,') && !text.includes('"actions": [null,')) expect(rowsWrittenWith(withDigest(text), NODE_DIGESTS)).toBeUndefined();
  });

  test('a file that is no plan', () => {
    for (const text of ['', 'not JSON', '{}', '[]', 'fingerprint,rule\r\n', '{"kind":"another/plan"}']) {
      expect(String(refusal(text))).toContain('plan.json is not a plan of scim-audit');
    }
  });
  test('a plan that was cut off', () => expect(refusal(TEXT.slice(0, TEXT.length / 2))).toBeInstanceOf(PlanAltered));
  test('a plan of a newer version, which is said and not taken for altered', () => {
    const newer = withDigest(TEXT.replace('"schemaVersion": 2', '"schemaVersion": 3'));
    expect(isDigestTrue(newer)).toBe(true);
    expect(String(refusal(newer))).toContain('schemaVersion 3; this program reads 2');
  });
  test('a well-sealed plan that holds what no plan holds', () => {
    const error = refusal(withDigest(TEXT.replace('"attribute":"userName"', '"attribute":"password"')));
    expect(error).not.toBeInstanceOf(PlanAltered);
    expect(String(error)).toContain('is not a plan that this program understands');
  });
});

test.each([
  ['two actions of one id', [renaming('a1', 'n@x.org'), renaming('a1', 'm@x.org')], 'a1: there are two actions with that id.'],
  ['a temporary username at the end', [renaming('a1', 'n@x.org', true)], 'a1: the temporary username would remain.'],
  ['a blank username', [renaming('a1', ' ')], 'a1: the username becomes blank.'],
] as const)('a well-sealed plan with %s is refused, and what is wrong is named', (_, actions, problem) => {
  const error = refusal(planText({ ...BODY, actions }));
  expect(error).toBeInstanceOf(PlanAltered);
  expect(error).toMatchObject({ details: [problem] });
});

test('a plan over other inputs with a new digest is a whole plan: it is the source that it does not fit', () => {
  const other = planText({ ...BODY, snapshot: { ...BODY.snapshot, inputs: BODY.snapshot.inputs.map((input) => ({ ...input, sha256: 'f'.repeat(64) })) } });
  expect(parsePlan(other, 'plan.json', NODE_DIGESTS).snapshot.inputs[0].sha256).toBe('f'.repeat(64));
});

const user = (id: string, userName: string, email: string): User => ({
  place: 0,
  id,
  input: 0,
  line: 0,
  userName,
  email,
  active: true,
  authenticationType: 'idp',
});
const GROUPS: Group[] = [{ place: 0, id: 'g', input: 1, line: 2, name: 'Optics', isOrganizationLevel: true }];
const USERS = inOrder([user('1', 'b@x.org', 'a@x.org'), user('2', 'a@x.org', 'b@x.org'), user('3', 'free@x.org', 'free@x.org')]);
const SWAP = { users: USERS, groups: GROUPS, memberships: [], authMode: 'saml', syncGroups: null } as const;
const PLAN = madePlanOf(SWAP).body;
const DONE = afterActions(SWAP, PLAN.actions);
const NO_MEMBERS = { has: () => false };

const baselineOf = (directory: Parameters<typeof baselineLines>[0]) => parseBaseline(textOf(baselineLines(directory)));

function membersOf({ users, groups, memberships }: Pick<Organization, 'users' | 'groups' | 'memberships'>): FreshMembers & { readonly tally: MemberTally } {
  const tally = new MemberTally({ users, groups });
  for (const each of memberships) {
    const place = users.find(({ id }) => id === each.user)?.place;
    const group = groups.find(({ id }) => id === each.group)?.place;
    if (place !== undefined && group !== undefined) tally.add(place, group);
  }
  return { has: (id, of) => memberships.some((each) => each.user === id && each.group === of), tally };
}

/** Returns the differences of a fresh export from the swap as planned. */
function differences(users: readonly User[], groups: readonly Group[] = GROUPS): readonly Difference[] {
  const plan = { schemaVersion: 2, kind: 'scim-audit/plan', digest: '', ...PLAN } as const;
  return verifyPlan(plan, { users, groups, members: NO_MEMBERS }, baselineOf(DONE)).differences;
}

const changed = (id: string, values: Partial<User>): User[] => DONE.users.map((each) => (each.id === id ? { ...each, ...values } : each));

describe('a fresh export', () => {
  test('as planned', () => expect(differences(DONE.users)).toEqual([]));

  test('as before the plan', () => {
    const found = differences(USERS);
    expect(found.map(({ kind }) => kind)).toEqual(['missing', 'missing']);
    expect(found.map((each) => 'now' in each && each.now)).toEqual(['b@x.org', 'a@x.org']);
  });

  test('with a user who is neither as before nor as planned is told once', () => {
    const found = differences(changed('2', { userName: 'ben@x.org' }));
    expect(found).toMatchObject([{ kind: 'otherwise', change: { user: '2' }, now: 'ben@x.org' }]);
  });

  test('with a temporary username that was left', () => {
    const [temporary] = PLAN.actions.flatMap(({ change }) => (change.kind === 'replace-user' && change.temporary ? [change] : []));
    const found = differences(changed(temporary.user, { userName: temporary.to }));
    expect(found).toEqual([{ kind: 'temporary', subject: `user ${temporary.user}`, now: temporary.to }]);
    // Whoever has got it otherwise is told once, too.
    expect(differences(changed('3', { userName: temporary.to }))).toEqual([{ kind: 'temporary', subject: 'user 3', now: temporary.to }]);
  });

  test('without a user whom the plan changed, who is told once', () => {
    const found = differences(DONE.users.filter(({ id }) => id !== '2'));
    expect(found).toMatchObject([{ kind: 'otherwise', change: { user: '2' }, now: '(not in the export)' }]);
    expect(differences(DONE.users.filter(({ id }) => id !== '3'))).toEqual([
      { kind: 'other', subject: 'user 3', user: '3', what: 'is gone since the plan was made' },
    ]);
  });

  test.each<[string, Partial<User>]>([
    ['username', { userName: 'Free@x.org' }],
    ['email', { email: 'free@x.com' }],
    ['state', { active: false }],
    ['authentication type', { authenticationType: 'basic' }],
  ])('with another %s of a user whom the plan leaves alone', (_, values) => {
    expect(differences(changed('3', values))).toEqual([{ kind: 'other', subject: 'user 3', user: '3', what: 'was changed, and not by the plan' }]);
  });

  test('with another email of a user whom the plan renamed', () => {
    expect(differences(changed('1', { email: 'z@x.org' }))).toEqual([
      { kind: 'other', subject: 'user 1', user: '1', what: 'was changed, and not by the plan' },
    ]);
  });

  test('with somebody new, and with other groups', () => {
    expect(differences([...DONE.users, user('9', 'new', 'new@x.org')])).toEqual([
      { kind: 'other', subject: 'user 9', user: '9', what: 'is new since the plan was made' },
    ]);
    const [group] = GROUPS;
    expect(differences(DONE.users, [{ ...group, name: 'optics' }])).toEqual([
      { kind: 'other', subject: 'group g', group: 'g', what: 'was changed, and not by the plan' },
    ]);
    expect(differences(DONE.users, [{ ...group, id: 'h' }]).map((each) => 'what' in each && each.what)).toEqual([
      'is new since the plan was made',
      'is gone since the plan was made',
    ]);
  });
});

test('memberships that the plan ends or adds are looked up', () => {
  const actions = [
    { id: 'a1', change: { kind: 'remove-member', group: 'g', user: '1' }, resolves: [] },
    { id: 'a2', change: { kind: 'add-member', group: 'g', user: '2' }, resolves: [] },
  ] as const;
  const plan = { schemaVersion: 2, kind: 'scim-audit/plan', digest: '', ...PLAN, actions } as const;
  const landed = verifyPlan(plan, { ...DONE, members: { has: (id) => id === '2' } }, undefined);
  expect(landed).toEqual({ landed: 2, differences: [] });
  const found = verifyPlan(plan, { ...DONE, members: { has: (id) => id === '1' } }, undefined).differences;
  expect(found.map((each) => [each.kind, 'now' in each && each.now])).toEqual([
    ['missing', 'member'],
    ['missing', 'no member'],
  ]);
});

test('whatever was planned, the result is as planned, and the source is not', () => {
  fc.assert(
    fc.property(organizationArbitrary, (organization) => {
      const { body, assembly } = madePlanOf(organization);
      const result = afterActions(organization, body.actions);
      const plan = { schemaVersion: 2, kind: 'scim-audit/plan', digest: '', ...body } as const;
      const baseline = baselineOf(assembly.end);
      const net = netChanges(plan).length;
      expect(verifyPlan(plan, { ...result, members: membersOf(result) }, baseline)).toEqual({ landed: net, differences: [] });
      expect(verifyPlan(plan, { ...organization, members: membersOf(organization) }, baseline).differences.map(({ kind }) => kind)).toEqual(
        Array(net).fill('missing'),
      );
    }),
    { numRuns: 200 },
  );
});

describe('members', () => {
  test('are told by group wherever they are others, in whatever order they come', () => {
    const memberships = fc.array(fc.record({ user: fc.constantFrom('1', '2', '3', '4'), group: fc.constantFrom('g', 'h'), line: fc.constant(2) }), {
      maxLength: 6,
    });
    const users = inOrder(['1', '2', '3', '4'].map((id) => user(id, `${id}@x.org`, `${id}@x.org`)));
    const groups = inOrder(['g', 'h'].map((id): Group => ({ ...GROUPS[0], id, name: id })));
    const plan = { schemaVersion: 2, kind: 'scim-audit/plan', digest: '', ...PLAN, actions: [] } as const;
    const named = (rows: readonly MembershipRow[], of: string): string =>
      JSON.stringify(rows.flatMap(({ user: id, group }) => (group === of ? [id] : [])).sort());
    fc.assert(
      fc.property(memberships, memberships, (planned, now) => {
        const baseline = baselineOf({ users, groups, tally: membersOf({ users, groups, memberships: planned }).tally });
        const found = verifyPlan(plan, { users, groups, members: membersOf({ users, groups, memberships: now }) }, baseline).differences;
        expect(found.map((each) => 'subject' in each && each.subject)).toEqual(
          ['g', 'h'].filter((id) => named(planned, id) !== named(now, id)).map((id) => `group ${id}`),
        );
      }),
    );
  });

  test('that share no id hardly ever come to one sum', () => {
    const users = inOrder(Array.from({ length: 300 }, (_, at) => user(`${at + 1}`, '', '')));
    const pairs = users.flatMap((a) => users.slice(a.place + 1).map((b) => [a.place, b.place] as const));
    const groups = inOrder(pairs.map((_, at): Group => ({ ...GROUPS[0], id: `${at}` })));
    const tally = new MemberTally({ users, groups });
    for (const [group, places] of pairs.entries()) for (const place of places) tally.add(place, group);
    expect(new Set(pairs.map((_, group) => JSON.stringify(tally.of(group)))).size).toBe(pairs.length);
    expect(new Set(pairs.map((_, group) => tally.of(group).left)).size).toBeGreaterThan(pairs.length - 10);
    expect(new Set(pairs.map((_, group) => tally.of(group).right)).size).toBeGreaterThan(pairs.length - 10);
  });
});

describe('net changes', () => {
  const rename = (from: string, to: string, temporary?: true): Change => ({
    kind: 'replace-user',
    user: '1',
    attribute: 'userName',
    from,
    to,
    ...(temporary ? { temporary } : {}),
  });
  const net = (...changes: readonly Change[]): readonly Change[] =>
    netChanges({ actions: changes.map((change, at) => ({ id: `a${at}`, change, resolves: [] })) });

  test('a temporary username is none', () => expect(net(rename('a', 't', true), rename('t', 'b'))).toEqual([rename('a', 'b')]));
  test('attributes are apart', () => {
    const email: Change = { kind: 'replace-user', user: '1', attribute: 'email', from: 'a', to: 'b' };
    expect(net(email, rename('a', 'b'))).toEqual([email, rename('a', 'b')]);
  });
});

describe('the baseline', () => {
  test('differs wherever two users differ', () => {
    const values = fc.record({
      userName: fc.string({ maxLength: 4 }),
      email: fc.string({ maxLength: 4 }),
      active: fc.boolean(),
      authenticationType: fc.constantFrom('idp' as const, 'basic' as const),
    });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [one, other] = [
          { ...USERS[0], ...a },
          { ...USERS[0], ...b },
        ];
        expect(userDigest(one) === userDigest(other)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2000 },
    );
  });
  test('does not run values together', () => {
    expect(userDigest(user('1', 'ab', 'c'))).not.toBe(userDigest(user('1', 'a', 'bc')));
    expect(userDigest(user('1', '', 'a'))).not.toBe(userDigest(user('1', 'a', '')));
    expect(userDigest(user('1', 'a\u0000', 'b'))).not.toBe(userDigest(user('1', 'a', '\u0000b')));
    expect(groupDigest(GROUPS[0])).not.toBe(groupDigest({ ...GROUPS[0], isOrganizationLevel: false }));
  });
  test('hardly ever gives two users of an organization one digest', () => {
    const digests = new Set(Array.from({ length: 200_000 }, (_, at) => userDigest(user('1', `user.${at}@x.org`, `user.${at}@x.org`))));
    expect(digests.size).toBe(200_000);
  });
  test('survives ids of any kind', () => {
    const odd = inOrder([user('"\n,', 'a', 'b'), user('ü', 'c', 'd')]);
    expect([...(baselineOf({ users: odd, groups: [] })?.users.ids ?? [])]).toEqual(['"\n,', 'ü']);
  });
  test('is none where the text is none', () => {
    for (const text of ['{}', 'not JSON', '["user","1"]', '[1,2,3,4]']) expect(parseBaseline(text)).toBeUndefined();
    expect(parseBaseline('')?.users.size).toBe(0);
  });
});

/** Returns an arbitrary of objects with these members, of which one may be missing, added, in another place, or anything. */
const members = (known: Readonly<Record<string, fc.Arbitrary<unknown>>>, added: readonly string[] = []): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.record(known, { requiredKeys: [] }),
      fc.record(known),
      fc.constantFrom('whole', 'whole', 'whole', 'whole', 'part', 'turned', 'more', 'other'),
      fc.constantFrom(...Object.keys(known), 'toString', '__proto__', ...added),
      fc.oneof(fc.constant(null), fc.integer(), fc.constant(true), fc.string(), fc.constant([]), fc.constant({})),
    )
    .map(([part, whole, form, name, value]) => {
      if (form === 'part') return part;
      if (form === 'turned') return Object.fromEntries(Object.entries(whole).reverse());
      if (form === 'more' || form === 'other') return Object.fromEntries([...Object.entries(whole), [name, value]]);
      return whole;
    });

const text = fc.string({ maxLength: 3 });
const texts = fc.array(fc.oneof({ weight: 20, arbitrary: text }, { weight: 1, arbitrary: fc.constant(1) }), { maxLength: 2 });

const change = fc.oneof(
  members({ kind: fc.constant('replace-user'), user: text, attribute: fc.constantFrom('userName', 'email', 'active', 'id'), from: text, to: text }, [
    'temporary',
  ]),
  members({
    kind: fc.constant('replace-user'),
    user: text,
    attribute: fc.constant('userName'),
    from: text,
    to: text,
    temporary: fc.constantFrom(true, true, true, false),
  }),
  members({ kind: fc.constant('replace-group'), group: text, attribute: fc.constant('displayName'), from: text, to: text }, ['temporary']),
  members({ kind: fc.constantFrom('remove-member', 'add-member', 'toString'), group: text, user: text }),
);
const action = members({ id: text, change, resolves: texts });

const askedUser = members({ userName: text, email: text, active: fc.boolean(), authenticationType: fc.constantFrom('basic', 'idp') }, [
  'isLeftOut',
  'isStatusFixed',
  'signsInFor',
]).chain((user) =>
  fc
    .record({ isLeftOut: fc.constant(true), isStatusFixed: fc.constantFrom(true, true, false), signsInFor: texts }, { requiredKeys: [] })
    .map((more) => ({ ...Object(user), ...more })),
);
const facts = members({ actions: fc.array(fc.constantFrom(...DECISION_ACTIONS), { maxLength: 2 }), user: askedUser }, ['user']);
const row = fc.oneof(members({ fingerprint: text, id: text, digest: text, facts }), members({ fingerprint: text, id: text, digest: text }));

const { actions, decisions, open } = planSchema.shape;

test.each([
  ['actions', action, areUsualActions, actions],
  ['rows', row, areUsualRows, decisions],
  ['texts', fc.oneof(text, fc.integer()), areTexts, open],
] as const)('%s that are told from others as usual are what zod returns of them', (_, one, areUsual, schema) => {
  const seen = { usual: 0, others: 0 };
  fc.assert(
    fc.property(fc.oneof(fc.array(one, { maxLength: 2 }), fc.anything()), (value) => {
      const read: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
      const result = schema.safeParse(read);
      if (!areUsual(read)) {
        seen.others++;
        return;
      }
      if (Array.isArray(read) && read.length > 0) seen.usual++;
      expect(result.success).toBe(true);
      expect(JSON.stringify(result.data)).toBe(JSON.stringify(read));
    }),
    { numRuns: 2000 },
  );
  expect(seen.usual).toBeGreaterThan(30);
  expect(seen.others).toBeGreaterThan(30);
});

// More than a call takes as arguments (V8's stack has room for some 120,000): no list of users is ever handed over as
// arguments.

const MANY = 130_000;

const peopleOf = (many: number, email: (number: number) => string): User[] =>
  inOrder(
    Array.from(
      { length: many },
      (_, at): User => ({ place: at, id: `${at + 1}`, input: 0, line: 0, userName: `keeper${at}`, email: email(at), active: true, authenticationType: 'idp' }),
    ),
  );

describe(`${MANY} users`, () => {
  test('of one address, each with an own decision: the two that conflict are named, with all their lines', () => {
    const organization = { users: peopleOf(MANY, () => 'lamp@lighthouse.example'), groups: [], memberships: [], authMode: 'saml', syncGroups: null } as const;
    const decided = madePlanOf(organization).rows.map(({ asked }) => {
      const { subject, id } = asked.question;
      return answeredCells(asked, subject === 'user' ? { action: 'set-email', value: `keeper${id === '7' ? '1' : id}@lighthouse.example` } : {});
    });
    const made = planOf(organization, fileOf(decided));
    const problems = 'problems' in made ? made.problems.map(({ line, message }) => `${line}: ${noteText(message)}`) : [];
    expect(problems).toEqual([expect.stringMatching(/^2: .*\(conflicting-users\): 2 users need or hold .*\(ids 1 and 7\)\.$/)]);
  });

  test('who are new in a fresh export are all told', () => {
    const users = peopleOf(MANY, (at) => `keeper${at}@lighthouse.example`);
    const plan = {
      schemaVersion: 2,
      kind: 'scim-audit/plan',
      digest: '',
      ...madePlanOf({ users: [], groups: [], memberships: [], authMode: 'saml', syncGroups: null }).body,
    } as const;
    const baseline = parseBaseline(textOf(baselineLines({ users: [], groups: [] })));
    expect(verifyPlan(plan, { users, groups: [], members: { has: () => false } }, baseline).differences).toHaveLength(MANY);
  });

  test('whose loss of a group is no more once that group is renamed are one step each', () => {
    const keepers = peopleOf(MANY, (at) => `keeper${at}@lighthouse.example`);
    const users: User[] = inOrder(keepers.map((user) => ({ ...user, active: false, authenticationType: 'basic' as const })));
    // Somebody is in scope, or the check had nothing to look at.
    users.push({ ...keepers[0], place: MANY, id: 'in scope', userName: 'crew@lighthouse.example', email: 'crew@lighthouse.example' });
    const groups = inOrder(['7', '8'].map((id) => ({ place: 0, id, input: 1, line: 0, name: 'Crew', isOrganizationLevel: true })));
    const memberships = users.slice(0, MANY).map(({ id }) => ({ user: id, group: '8', line: 2 }));
    const organization = { users, groups, memberships, authMode: 'saml', syncGroups: ['Crew'] } as const;
    const decided = madePlanOf(organization).rows.map(({ asked }) =>
      answeredCells(asked, asked.question.subject === 'group' && asked.question.id === '8' ? { action: 'set-name', value: 'Night crew' } : {}),
    );
    const { body } = madePlanOf(organization, fileOf(decided));
    expect(body.actions).toHaveLength(1);
    expect(body.actions[0].resolves).toHaveLength(MANY + 1);
    expect(body.open).toEqual([]);
  });
});
