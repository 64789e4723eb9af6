import { describe, expect, it } from 'vitest';
import { collationOf } from '../../src/model/compare.js';
import type { Group, User } from '../../src/model/directory.js';
import { DEFAULT_COLLATION } from '../../src/model/policy.js';
import type { PredictedAccount, PredictedUser, Prediction } from '../../src/preview/prediction.js';
import { reconcile } from '../../src/preview/reconcile.js';
import type { Fact, LogVerdict, Reconciliation, Result, Surprise, SyncLog } from '../../src/preview/reconciliation.js';

const account = (id: string, userName: string, more: Partial<PredictedAccount> = {}): PredictedAccount => ({
  id,
  userName,
  email: userName,
  active: true,
  authenticationType: 'idp',
  ...more,
});
const GONE = { active: false, authenticationType: 'basic' } as const;

type Sent = NonNullable<PredictedUser['idpUser']>;
const person = (subject: string, email = subject): Sent => ({ id: `i-${subject}`, subject, email, active: true });
const linked = (user: PredictedAccount, more: Partial<PredictedUser> = {}): PredictedUser => ({
  effects: ['link'],
  user,
  idpUser: person(user.userName),
  ...more,
});
const alone = (user: PredictedAccount): PredictedUser => ({ effects: ['untouched'], user });
const created = (idpUser: Sent): PredictedUser => ({ effects: ['create'], idpUser });
/** It is not certain what becomes of the account. */
const doubtful = (user: PredictedAccount): PredictedUser => ({ effects: ['ambiguous'], user });

const team = (name: string): { readonly id: string; readonly name: string } => ({ id: `t-${name}`, name });

type Predicted = Partial<Omit<Prediction, 'foresees'>> & { readonly foresees?: Partial<Prediction['foresees']> };

interface After {
  readonly users?: readonly PredictedAccount[];
  readonly groups?: readonly (Pick<Group, 'id' | 'name'> & Partial<Group>)[];
  /** Ids of group and user. */
  readonly members?: readonly (readonly [group: string, user: string])[];
  readonly hidesInactiveMembers?: boolean;
  readonly log?: SyncLog;
}

/** Compares a prediction with what is there after the sync. */
function compare({ foresees, ...predicted }: Predicted, { users = [], groups = [], members = [], hidesInactiveMembers, log }: After): Reconciliation {
  const prediction: Prediction = {
    schemaVersion: 2,
    kind: 'scim-audit/preview',
    provider: 'entra',
    snapshot: {},
    settings: { authMode: 'multi', collation: DEFAULT_COLLATION },
    users: [],
    groups: [],
    memberships: [],
    members: [],
    ...predicted,
    foresees: { emails: true, names: true, groups: true, memberships: true, ...foresees },
  };
  const freshUsers = users.map(
    ({ givenName, familyName, ...user }, place): User => ({
      ...user,
      ...(givenName === undefined ? {} : { givenName }),
      ...(familyName === undefined ? {} : { familyName }),
      place,
      input: 0,
      line: place + 2,
    }),
  );
  const freshGroups = groups.map((group, place): Group => ({ isOrganizationLevel: true, ...group, place, input: 1, line: place + 2 }));
  const fresh = {
    directory: { users: freshUsers, groups: freshGroups, given: { groups: true, groupList: true, memberships: true } },
    members: {
      forEach(visit: (user: number, group: number) => void) {
        for (const [group, user] of members) {
          visit(
            freshUsers.findIndex(({ id }) => id === user),
            freshGroups.findIndex(({ id }) => id === group),
          );
        }
      },
    },
    ...(hidesInactiveMembers === undefined ? {} : { hidesInactiveMembers }),
  };
  return reconcile(prediction, fresh, collationOf(DEFAULT_COLLATION), log);
}

const factText = ({ what, expected, found, id }: Fact): string => `${what} ${expected}>${found}${id === undefined ? '' : `#${id}`}`;
const subjectText = ({ user, idpUser, group }: Partial<Pick<Result, 'user' | 'idpUser' | 'group'>>): string =>
  [group?.name, user?.id, idpUser?.name].filter((each) => each !== undefined && each !== '').join(' ');
const resultText = ({ outcome, effects, facts, ...subject }: Result): string =>
  [`${outcome}: ${effects.join('+')} ${subjectText(subject)}`.trimEnd(), ...facts.map(factText)].join(', ');
const surpriseText = ({ kind, facts, ...subject }: Surprise): string => [`${kind}: ${subjectText(subject)}`, ...facts.map(factText)].join(', ');

/** Returns what came of a prediction, a line for each thing. */
const linesOf = ({ results, surprises, lost }: Reconciliation): string[] => [
  ...results.map(resultText),
  ...surprises.map(surpriseText),
  ...lost.map(({ group, user, wasPredicted }) => `lost${wasPredicted ? ' as predicted' : ''}: ${group.name} ${user.id}`),
];
/** The same, without what is as predicted. */
const troubleOf = (reconciliation: Reconciliation): string[] => linesOf(reconciliation).filter((line) => !line.startsWith('came-true'));

const logOf = (entries: Readonly<Record<string, LogVerdict>>): SyncLog => ({ user: ({ subject }) => entries[subject], group: ({ name }) => entries[name] });
const success: LogVerdict = { status: 'success', reason: '' };
const skipped: LogVerdict = { status: 'skipped', reason: 'NotInScope' };

const ana = account('1', 'ana@bakery.example');
const ben = account('2', 'ben@bakery.example');

describe('a new account', () => {
  const zoe = person('zoe@bakery.example');
  const made = account('7', 'zoe@bakery.example');

  it.each<[string, Sent, readonly PredictedAccount[], readonly string[]]>([
    ['is there', zoe, [made], ['came-true: create zoe@bakery.example']],
    ['is not there', zoe, [], ['failed: create zoe@bakery.example, account a new account>none']],
    [
      'has the username exactly, and another has it only alike and comes first',
      zoe,
      [account('6', 'ZOE@bakery.example'), made],
      ['came-true: create zoe@bakery.example', 'second-account: 6 zoe@bakery.example'],
    ],
    [
      'has the username only alike',
      zoe,
      [account('6', 'ZOE@bakery.example', { email: 'zoe@bakery.example' })],
      ['failed: create zoe@bakery.example, userName zoe@bakery.example>ZOE@bakery.example'],
    ],
    [
      'has another email, and is inactive',
      zoe,
      [account('7', 'zoe@bakery.example', { email: 'z@home.example', active: false })],
      ['failed: create zoe@bakery.example, email zoe@bakery.example>z@home.example, active true>false'],
    ],
    ['has an email that the exports lack', person('zoe@bakery.example', ''), [made], ['came-true: create zoe@bakery.example']],
    [
      'comes with another one that has the email only',
      zoe,
      [made, account('8', 'zoe.k', { email: 'zoe@bakery.example' })],
      ['came-true: create zoe@bakery.example', 'second-account: 8 zoe@bakery.example'],
    ],
    [
      'comes with another one, which nobody is',
      zoe,
      [made, account('8', 'otto@bakery.example', { email: '' })],
      ['came-true: create zoe@bakery.example', 'new-account: 8'],
    ],
  ])('%s', (_, idpUser, users, lines) => {
    expect(linesOf(compare({ users: [created(idpUser)] }, { users }))).toEqual(lines);
  });

  it('that did not come has the reason of the log', () => {
    expect(linesOf(compare({ users: [created(zoe)] }, { log: logOf({ 'zoe@bakery.example': skipped }) }))).toEqual([
      'failed: create zoe@bakery.example, account a new account>none, log success>NotInScope',
    ]);
  });

  it('is each person’s own, if two have one name', () => {
    const twins = [created(zoe), created({ ...zoe, id: 'i2' })];
    expect(linesOf(compare({ users: twins }, { users: [made] }))).toEqual([
      'came-true: create zoe@bakery.example',
      'failed: create zoe@bakery.example, account a new account>none',
    ]);
  });

  it('belongs to the person whose subject it has, before one whose email that is', () => {
    const users = [
      linked(ana, { idpUser: person('ana@bakery.example', 'zoe@bakery.example') }),
      created(zoe),
      linked(ben, { idpUser: person(ben.userName, zoe.email) }),
    ];
    expect(troubleOf(compare({ users }, { users: [ana, ben, made, account('8', 'z', { email: 'zoe@bakery.example' })] }))).toEqual([
      'not-known: link 1 ana@bakery.example',
      'not-known: link 2 ben@bakery.example',
      'second-account: 8 zoe@bakery.example',
    ]);
  });

  it('of a person for whom nothing was certain is a second account at most', () => {
    const predicted: PredictedUser = { effects: ['unknown'], idpUser: zoe };
    expect(linesOf(compare({ users: [predicted] }, { users: [made], log: logOf({ 'zoe@bakery.example': skipped }) }))).toEqual([
      'not-known: unknown zoe@bakery.example, account >a new account#7, log success>NotInScope',
      'second-account: 7 zoe@bakery.example',
    ]);
    expect(linesOf(compare({ users: [predicted] }, {}))).toEqual(['not-known: unknown zoe@bakery.example']);
  });

  it('without a username is that of a person without a subject', () => {
    const predicted: PredictedUser = { effects: ['unknown'], idpUser: person('', 'zoe@bakery.example') };
    expect(linesOf(compare({ users: [predicted] }, { users: [account('7', '', { email: 'z@home.example' })] }))).toEqual([
      'not-known: unknown, account >a new account#7',
      'second-account: 7',
    ]);
  });
});

describe('an account that is linked', () => {
  it.each<[string, Partial<PredictedUser>, PredictedAccount, Partial<Prediction['foresees']>, SyncLog | undefined, readonly string[]]>([
    ['and shows nothing of it', {}, ana, {}, undefined, ['not-known: link 1 ana@bakery.example']],
    ['by the log', {}, ana, {}, logOf({ 'ana@bakery.example': success }), ['came-true: link 1 ana@bakery.example']],
    ['not by the log', {}, ana, {}, logOf({ 'ana@bakery.example': skipped }), ['failed: link 1 ana@bakery.example, log success>NotInScope']],
    [
      'and gets the values that were predicted',
      { effects: ['link', 'overwrite'], overwrites: [{ attribute: 'name.givenName', to: 'Anna' }] },
      { ...ana, givenName: 'Anna' },
      {},
      undefined,
      ['came-true: link+overwrite 1 ana@bakery.example'],
    ],
    [
      'and does not get them',
      { effects: ['link', 'overwrite'], overwrites: [{ attribute: 'name.givenName', to: 'Anna' }] },
      { ...ana, givenName: 'Ana' },
      {},
      logOf({ 'ana@bakery.example': skipped }),
      ['failed: link+overwrite 1 ana@bakery.example, givenName Anna>Ana, log success>NotInScope'],
    ],
    [
      'and has another given name',
      {},
      { ...ana, givenName: 'Anna' },
      {},
      undefined,
      ['not-known: link 1 ana@bakery.example', 'overwritten: 1, givenName Ana>Anna'],
    ],
    [
      'and has another family name',
      {},
      { ...ana, givenName: 'Ana', familyName: 'Ek' },
      {},
      undefined,
      ['not-known: link 1 ana@bakery.example', 'overwritten: 1, familyName Berg>Ek'],
    ],
    ['and has another name, which nothing foresees', {}, { ...ana, givenName: 'Anna' }, { names: false }, undefined, ['not-known: link 1 ana@bakery.example']],
    [
      'and has another email, which nothing foresees',
      {},
      { ...ana, email: 'a@home.example' },
      { emails: false },
      undefined,
      ['not-known: link 1 ana@bakery.example'],
    ],
    ['and is deactivated', {}, { ...ana, active: false }, {}, undefined, ['not-known: link 1 ana@bakery.example', 'deactivated: 1, active true>false']],
  ])('%s', (_, more, after, foresees, log, lines) => {
    const before = { ...ana, givenName: 'Ana', familyName: 'Berg' };
    const users = [linked(before, more)];
    expect(linesOf(compare({ users, foresees }, { users: [after], ...(log === undefined ? {} : { log }) }))).toEqual(lines);
  });

  it('and has a second one beside it', () => {
    const second = account('9', 'ANA@bakery.example');
    expect(linesOf(compare({ users: [linked(ana)] }, { users: [ana, second] }))).toEqual([
      'failed: link 1 ana@bakery.example, account the account>a new account#9',
      'second-account: 9 ana@bakery.example',
    ]);
  });
});

describe('an account that nothing is sent for', () => {
  it('keeps its values, whatever the exports foresee', () => {
    expect(linesOf(compare({ users: [alone(ana)], foresees: { emails: false } }, { users: [{ ...ana, email: 'a@home.example' }] }))).toEqual([
      'came-true: untouched 1',
      'overwritten: 1, email ana@bakery.example>a@home.example',
    ]);
  });

  it('is missed if it is gone, as a failure only if it was certain', () => {
    expect(linesOf(compare({ users: [alone(ana), doubtful(ben)] }, {}))).toEqual([
      'failed: untouched 1, account the account>none',
      'not-known: ambiguous 2, account the account>none',
      'account-gone: 1',
      'account-gone: 2',
    ]);
  });
});

describe('the accounts of before', () => {
  const other = account('1', 'zoe@dome.example');

  it.each<[string, PredictedUser, PredictedAccount, boolean]>([
    ['the username', alone(ana), { ...ana, email: 'a@home.example' }, true],
    ['the email as its username', alone({ ...ana, userName: 'ana' }), { ...ana, email: 'a@home.example' }, true],
    ['the username as its email', alone({ ...ana, email: 'a@home.example' }), { ...ana, userName: 'ana' }, true],
    ['the username in another spelling', alone({ ...ana, email: '' }), { ...ana, userName: 'ANA@bakery.example', email: '' }, true],
    ['the email', alone({ ...ana, userName: 'ana' }), { ...ana, userName: 'a.berg' }, true],
    [
      'the email that was predicted',
      linked(ana, { overwrites: [{ attribute: 'emails[type eq "work"].value', to: 'berg@bakery.example' }] }),
      { ...ana, userName: 'berg', email: 'berg@bakery.example' },
      true,
    ],
    ['neither', alone(ana), other, false],
    ['no username, now as before', alone({ ...ana, userName: '' }), { ...other, userName: '' }, false],
    ['neither, nor had it', alone({ ...ana, userName: '', email: '' }), { ...other, email: '' }, false],
  ])('are the same if one has %s', (_, before, after, isAlike) => {
    expect(compare({ users: [before] }, { users: [after] }).accounts).toEqual({ before: 1, found: 1, alike: isAlike ? 1 : 0 });
  });

  it('are counted once each, those who are gone as well', () => {
    expect(compare({ users: [alone(ana), linked(ana), alone(ben)] }, { users: [ana] }).accounts).toMatchObject({ before: 2, found: 1 });
  });
});

describe('a group', () => {
  const OVENS = team('Ovens');
  const sent = (name: string) => ({ id: `g-${name}`, name });
  const before = { group: OVENS.id, name: OVENS.name, users: [] };

  it.each<[string, Predicted, After, readonly string[]]>([
    ['is created', { groups: [{ effect: 'create', idpGroup: sent('Ovens') }] }, { groups: [OVENS] }, ['came-true: create Ovens']],
    [
      'is created, and comes before one that has the name only alike',
      { groups: [{ effect: 'create', idpGroup: sent('Ovens') }] },
      { groups: [team('ovens'), OVENS] },
      ['came-true: create Ovens', 'new-group: ovens'],
    ],
    [
      'is created with a name that is only alike',
      { groups: [{ effect: 'create', idpGroup: sent('Ovens') }] },
      { groups: [team('ovens')] },
      ['failed: create Ovens, name Ovens>ovens'],
    ],
    [
      'is not created, for the reason in the log',
      { groups: [{ effect: 'create', idpGroup: sent('Ovens') }] },
      { log: logOf({ Ovens: skipped }) },
      ['failed: create Ovens, group a new group>none, log success>NotInScope'],
    ],
    [
      'is created before one that is not certain takes its name',
      {
        groups: [
          { effect: 'unknown', idpGroup: sent('ovens') },
          { effect: 'create', idpGroup: sent('Ovens') },
        ],
      },
      { groups: [OVENS] },
      ['not-known: unknown ovens', 'came-true: create Ovens'],
    ],
    [
      'is created once for each that is sent',
      {
        groups: [
          { effect: 'create', idpGroup: sent('Ovens') },
          { effect: 'create', idpGroup: sent('Ovens') },
        ],
      },
      { groups: [OVENS] },
      ['came-true: create Ovens', 'failed: create Ovens, group a new group>none'],
    ],
    [
      'may be created',
      { groups: [{ effect: 'unknown', idpGroup: sent('Ovens') }] },
      { groups: [OVENS], log: logOf({ Ovens: skipped }) },
      ['not-known: unknown Ovens, group >a new group#t-Ovens, log success>NotInScope'],
    ],
    ['is linked, which shows nowhere', { groups: [{ effect: 'link', group: OVENS, idpGroup: sent('Ovens') }] }, { groups: [OVENS] }, ['not-known: link Ovens']],
    [
      'is linked by the log',
      { groups: [{ effect: 'link', group: OVENS, idpGroup: sent('Ovens') }] },
      { groups: [OVENS], log: logOf({ Ovens: success }) },
      ['came-true: link Ovens'],
    ],
    [
      'is not linked by the log',
      { groups: [{ effect: 'link', group: OVENS, idpGroup: sent('Ovens') }] },
      { groups: [OVENS], log: logOf({ Ovens: skipped }) },
      ['failed: link Ovens, log success>NotInScope'],
    ],
    [
      'is left alone, beside a second one',
      { groups: [{ effect: 'untouched', group: OVENS }] },
      { groups: [OVENS, { ...team('Ovens'), id: 't2' }] },
      ['came-true: untouched Ovens', 'second-group: Ovens'],
    ],
    [
      'is gone, and was certain',
      { groups: [{ effect: 'untouched', group: OVENS }], members: [before] },
      {},
      ['failed: untouched Ovens, group the group>none', 'group-gone: Ovens'],
    ],
    [
      'is renamed, and was certain',
      { groups: [{ effect: 'untouched', group: OVENS }], members: [before] },
      { groups: [{ ...OVENS, name: 'Stoves' }] },
      ['failed: untouched Ovens, name Ovens>Stoves', 'group-renamed: Stoves, name Ovens>Stoves'],
    ],
    [
      'is renamed, and was not certain',
      { groups: [{ effect: 'ambiguous', group: OVENS }] },
      { groups: [{ ...OVENS, name: 'Stoves' }] },
      ['not-known: ambiguous Ovens, name Ovens>Stoves'],
    ],
    ['that is not synced is gone', { members: [before] }, {}, ['group-gone: Ovens']],
    ['that is not synced is renamed', { members: [before] }, { groups: [{ ...OVENS, name: 'Stoves' }] }, ['group-renamed: Stoves, name Ovens>Stoves']],
    ['that is not synced stays', { members: [before] }, { groups: [OVENS] }, []],
    ['of a project is none of these', {}, { groups: [{ ...OVENS, isOrganizationLevel: false }] }, []],
    ['that is new may be any, without a list of the provider’s', { foresees: { groups: false } }, { groups: [OVENS] }, []],
    [
      'that is new has exactly the name of another, without a list of the provider’s',
      { foresees: { groups: false }, groups: [{ effect: 'unknown', group: OVENS }] },
      { groups: [OVENS, { ...OVENS, id: 't2' }] },
      ['not-known: unknown Ovens', 'second-group: Ovens'],
    ],
  ])('%s', (_, predicted, after, lines) => {
    expect(linesOf(compare(predicted, after))).toEqual(lines);
  });
});

describe('a membership', () => {
  const OVENS = team('Ovens');
  const sent = { id: 'g-Ovens', name: 'Ovens' };
  const inOvens = (...users: readonly string[]): Prediction['members'] => [{ group: OVENS.id, name: OVENS.name, users: [...users] }];
  const people = { users: [alone(ana), alone(ben)] };
  const all = { users: [ana, ben], groups: [OVENS] };
  const link = { effect: 'link', group: OVENS, idpGroup: sent, membersKnown: true } as const;
  const untouched = { effect: 'untouched', group: OVENS } as const;
  const change = (effect: 'added' | 'lost' | 'unknown', user: string): Prediction['memberships'][number] => ({
    effect,
    groupName: OVENS.name,
    group: OVENS.id,
    user: { id: user },
  });
  /** What is said of users and groups alone is tested above. */
  const aboutMembers = (lines: readonly string[]): string[] => lines.filter((line) => !/: (?:link|untouched|ambiguous|unknown|create) \S+$/.test(line));

  it.each<[string, Predicted, After, readonly string[]]>([
    ['is added', { groups: [link], memberships: [change('added', '1')] }, { members: [['t-Ovens', '1']] }, ['came-true: added Ovens 1']],
    ['is not added', { groups: [link], memberships: [change('added', '1')] }, {}, ['failed: added Ovens 1, member true>false']],
    [
      'is lost as predicted, and offered back',
      { groups: [link], members: inOvens('1'), memberships: [change('lost', '1')] },
      {},
      ['came-true: lost Ovens 1', 'lost as predicted: Ovens 1'],
    ],
    [
      'is not lost',
      { groups: [link], members: inOvens('1'), memberships: [change('lost', '1')] },
      { members: [['t-Ovens', '1']] },
      ['failed: lost Ovens 1, member false>true'],
    ],
    ['is lost', { groups: [link], members: inOvens('1') }, {}, ['membership-lost: Ovens 1', 'lost: Ovens 1']],
    ['is gained', { groups: [link], members: inOvens() }, { members: [['t-Ovens', '1']] }, ['membership-gained: Ovens 1']],
    [
      'is there twice in the export',
      { groups: [link], members: inOvens('1') },
      {
        members: [
          ['t-Ovens', '1'],
          ['t-Ovens', '1'],
        ],
      },
      [],
    ],
    [
      'is not certain, and lost',
      { groups: [link], members: inOvens('1'), memberships: [change('unknown', '1')] },
      {},
      ['not-known: unknown Ovens 1', 'lost as predicted: Ovens 1'],
    ],
    [
      'is not certain, and gained',
      { groups: [link], members: inOvens(), memberships: [change('unknown', '1')] },
      { members: [['t-Ovens', '1']] },
      ['not-known: unknown Ovens 1'],
    ],
    [
      'of a person who is not certain may be gained by anyone',
      {
        groups: [link],
        members: inOvens(),
        memberships: [{ effect: 'unknown', groupName: 'Ovens', group: OVENS.id, idpUser: { subject: 'zoe@bakery.example' } }],
      },
      { members: [['t-Ovens', '1']] },
      ['not-known: unknown Ovens zoe@bakery.example'],
    ],
    [
      'of a person with a new account is found by the subject',
      {
        users: [...people.users, created(person('zoe@bakery.example'))],
        groups: [link],
        members: inOvens(),
        memberships: [{ effect: 'added', groupName: 'Ovens', group: OVENS.id, idpUser: { subject: 'zoe@bakery.example' } }],
      },
      { users: [ana, ben, account('7', 'zoe@bakery.example')], members: [['t-Ovens', '7']] },
      ['came-true: added Ovens 7 zoe@bakery.example'],
    ],
    [
      'is gained where the members of the provider are not known',
      { groups: [{ ...link, membersKnown: false }], members: inOvens() },
      { members: [['t-Ovens', '1']] },
      [],
    ],
    [
      'is gained in a group that may be linked',
      { groups: [{ effect: 'ambiguous', idpGroup: { id: 'g2', name: 'OVENS' }, near: [OVENS.id] }], members: inOvens() },
      { members: [['t-Ovens', '1']] },
      [],
    ],
    [
      'is gained in a group that another one may be',
      { groups: [{ effect: 'ambiguous', group: OVENS }], members: inOvens() },
      { members: [['t-Ovens', '1']] },
      [],
    ],
    [
      'is gained in a group that may have been created',
      { groups: [{ effect: 'unknown', idpGroup: sent }] },
      { members: [['t-Ovens', '1']] },
      ['not-known: unknown Ovens, group >a new group#t-Ovens'],
    ],
    ['is gained in a group that is not synced', { members: inOvens() }, { members: [['t-Ovens', '1']] }, ['membership-gained: Ovens 1']],
    ['is gained in a group of which the provider may have one', { members: inOvens(), foresees: { groups: false } }, { members: [['t-Ovens', '1']] }, []],
    [
      'is gained in a group that is left alone',
      { groups: [untouched], members: inOvens(), foresees: { groups: false } },
      { members: [['t-Ovens', '1']] },
      ['membership-gained: Ovens 1'],
    ],
    [
      'is gained by someone who is not certain, and by another one',
      { users: [doubtful(ana), alone(ben)], groups: [untouched], members: inOvens() },
      {
        members: [
          ['t-Ovens', '1'],
          ['t-Ovens', '2'],
        ],
      },
      ['membership-gained: Ovens 2'],
    ],
    ['is not compared, since it was not foreseen', { groups: [link], members: inOvens('1'), foresees: { memberships: false } }, {}, []],
  ])('%s', (_, predicted, after, lines) => {
    expect(aboutMembers(linesOf(compare({ ...people, ...predicted }, { ...all, ...after })))).toEqual(lines);
  });

  const dag = account('4', 'dag', GONE);
  it.each<[string, Predicted, PredictedAccount, boolean]>([
    ['inactive Basic user in a group that may be linked', { groups: [{ ...link, effect: 'unknown' }] }, dag, false],
    ['inactive user of the provider', { groups: [{ ...link, effect: 'unknown' }] }, { ...dag, authenticationType: 'idp' }, true],
    ['active Basic user', { groups: [{ ...link, effect: 'unknown' }] }, { ...dag, active: true }, true],
    ['inactive Basic user in a group that is left alone', { groups: [untouched] }, dag, true],
    ['inactive Basic user who is not certain, in a group that is left alone', { groups: [untouched], users: [doubtful(dag)] }, dag, true],
  ])('that an %s loses', (_, predicted, user, isSurprise) => {
    const found = compare({ users: [alone(user)], members: inOvens('4'), ...predicted }, { users: [user], groups: [OVENS] });
    expect(found.surprises.map(surpriseText)).toEqual(isSurprise ? ['membership-lost: Ovens 4'] : []);
    expect(found.lost).toHaveLength(1);
  });

  describe('of an inactive user, which the source may not list,', () => {
    const inactive = { ...ana, active: false };
    const hidden = { users: [inactive, ben], groups: [OVENS] };
    const both = { users: [alone(inactive), alone(ben)], groups: [link] };

    it.each<[string, Predicted, readonly string[], readonly string[]]>([
      [
        'may be added',
        { memberships: [change('added', '1'), change('added', '2')] },
        ['not-known: added Ovens 1', 'failed: added Ovens 2, member true>false'],
        ['failed: added Ovens 1, member true>false', 'failed: added Ovens 2, member true>false'],
      ],
      [
        'may be lost',
        { members: inOvens('1', '2'), memberships: [change('lost', '1'), change('lost', '2')] },
        ['not-known: lost Ovens 1', 'came-true: lost Ovens 2', 'lost as predicted: Ovens 2'],
        ['came-true: lost Ovens 1', 'came-true: lost Ovens 2', 'lost as predicted: Ovens 1', 'lost as predicted: Ovens 2'],
      ],
      [
        'may still be there',
        { members: inOvens('1', '2') },
        ['membership-lost: Ovens 2', 'lost: Ovens 2'],
        ['membership-lost: Ovens 1', 'membership-lost: Ovens 2', 'lost: Ovens 1', 'lost: Ovens 2'],
      ],
    ])('%s', (_, predicted, asHidden, asListed) => {
      expect(aboutMembers(linesOf(compare({ ...both, ...predicted }, { ...hidden, hidesInactiveMembers: true })))).toEqual(asHidden);
      expect(aboutMembers(linesOf(compare({ ...both, ...predicted }, hidden)))).toEqual(asListed);
    });
  });
});
