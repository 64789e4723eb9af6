import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import type { Report } from '../../src/audit/report.js';
import type { IdpDirectory } from '../../src/model/idp.js';
import { assemble } from '../../src/plan/assemble.js';
import { NO_CHOICES } from '../../src/plan/end-state.js';
import { MemberTable } from '../../src/plan/member-tally.js';
import { MEMBERSHIP_EFFECTS, USER_EFFECTS, type UserForecast } from '../../src/preview/forecast.js';
import { predict } from '../../src/preview/predict.js';
import type { MembershipView } from '../../src/preview/preview-input.js';
import { ruleOf } from '../../src/rules/registry.js';
import { groupsOf, idpOf, lineOf, organizationOf, previewOf, worlds } from '../reporters/documents.js';
import { directoryOf, inOrder, key, type Organization, policyOf, snapshotOf } from '../support/organizations.js';

const isUncertain = ({ effects }: UserForecast): boolean => effects.includes('ambiguous') || effects.includes('unknown');
const isSecondAccount = ({ effects, beside }: UserForecast): boolean => beside.length > 0 && effects.includes('create');
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** Returns the actions of the plan that needs no decision. */
function planOf(organization: Organization) {
  const directory = directoryOf(organization);
  const audit = beginAudit(directory, policyOf(organization), NODE_DIGESTS);
  const members = new MemberTable();
  return assemble({ before: audit.finish(snapshotOf(organization)), context: audit.context, members }, NO_CHOICES).actions;
}

describe('a forecast', () => {
  it('has every user of either side exactly once, and counts that add up', () => {
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => {
        const { users, groups, memberships, summary } = previewOf(organization, idp).forecast;
        expect(users.flatMap(({ user }) => user?.place ?? []).sort((a, b) => a - b)).toEqual(organization.users.map(({ place }) => place));
        expect(users.flatMap(({ idpUser }) => idpUser?.place ?? [])).toEqual(idp.users.map(({ place }) => place));
        for (const { effects } of users) expect(effects).toEqual(USER_EFFECTS.filter((effect) => effects.includes(effect)));
        for (const effect of USER_EFFECTS) expect(summary.users[effect]).toBe(users.filter(({ effects }) => effects.includes(effect)).length);
        expect(new Set(groups.flatMap(({ group }) => group?.place ?? [])).size).toBe(groups.filter(({ group }) => group !== undefined).length);
        expect(sum(Object.values(summary.groups))).toBe(groups.length);
        for (const effect of MEMBERSHIP_EFFECTS) {
          expect(summary.memberships[effect]).toBe(sum(groups.map(({ members }) => members[effect])));
          if (effect !== 'kept')
            expect(summary.memberships[effect]).toBe(sum(memberships.filter((one) => one.effect === effect).map(({ members = 1 }) => members)));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('does not depend on the order of the rows of Jama Connect', () => {
    fc.assert(
      fc.property(worlds, fc.infiniteStream(fc.nat()), ({ organization, idp }, dice) => {
        const shuffled = inOrder(
          [...organization.users]
            .map((user) => ({ user, at: dice.next().value }))
            .sort((a, b) => a.at - b.at)
            .map(({ user }) => user),
        );
        const lines = (users: Organization['users']) => {
          const { forecast } = previewOf({ ...organization, users }, idp);
          return {
            users: forecast.users
              .map((one) => [lineOf(one), ...one.overwrites, one.beside.map(({ id }) => id).sort(), one.candidates.map(({ id }) => id).sort(), one.why])
              .sort((a, b) => (String(a) < String(b) ? -1 : 1)),
            groups: forecast.groups.map(({ effect, group, members }) => [effect, group?.id, members]),
            summary: forecast.summary,
          };
        };
        expect(lines(shuffled)).toEqual(lines(organization.users));
      }),
      { numRuns: 300 },
    );
  });

  it('links nobody whose username it is not, and creates nobody whose username there is', () => {
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => {
        const names = new Set(organization.users.map(({ userName }) => userName));
        for (const { effects, user, idpUser, beside } of previewOf(organization, idp).forecast.users) {
          if (effects.includes('link')) expect(user?.userName).toBe(idpUser?.subject);
          if (effects.includes('create')) expect(names.has(idpUser?.subject ?? '')).toBe(false);
          const sent = [key(idpUser?.subject ?? ''), key(idpUser?.email ?? '')];
          for (const other of beside) expect(sent.includes(key(other.email)) || key(other.userName) === sent[1], other.id).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says of each account that someone may be that it is not certain, and of each value that is overwritten another one: reconcile rests on it', () => {
    const seen = { candidates: 0, overwrites: 0 };
    const holds = ({ organization, idp }: { readonly organization: Organization; readonly idp: IdpDirectory }): void => {
      const { users } = previewOf(organization, idp).forecast;
      const certain = new Set(users.flatMap(({ effects, user }) => (effects.includes('ambiguous') || effects.includes('unknown') ? [] : (user?.id ?? []))));
      for (const { user, effects, candidates, overwrites } of users) {
        for (const { id } of candidates) expect(certain).not.toContain(id);
        for (const { from, to } of overwrites) expect(to).not.toBe(from);
        if (effects.includes('activate')) expect(user?.active).toBe(false);
        if (effects.includes('deactivate')) expect(user?.active).toBe(true);
        seen.candidates += candidates.length;
        seen.overwrites += overwrites.length;
      }
    };
    fc.assert(fc.property(worlds, holds), { numRuns: 400 });
    expect(seen.candidates).toBeGreaterThan(50);
    expect(seen.overwrites).toBeGreaterThan(50);
  });

  it('has no second account beside a user whose username the plan has set to the subject', () => {
    let resolved = 0;
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => {
        const actions = planOf(organization);
        const { forecast, before } = previewOf(organization, idp, { actions });
        const renamed = new Map(
          actions.flatMap(({ change }) => (change.kind === 'replace-user' && change.attribute === 'userName' ? [[change.user, change.to] as const] : [])),
        );
        for (const { idpUser, effects, beside } of forecast.users) {
          if (!effects.includes('create')) continue;
          for (const { id } of beside) expect(renamed.get(id)).not.toBe(idpUser?.subject);
        }
        for (const { idpUser, beside } of before?.users ?? []) {
          if (beside.some(({ id }) => renamed.get(id) === idpUser?.subject)) resolved++;
        }
      }),
      { numRuns: 600 },
    );
    expect(resolved, 'worlds in which a plan prevents a second account').toBeGreaterThan(5);
  });
});

describe('scale', () => {
  const MANY = 200_000;

  it('takes two hundred thousand on one address', () => {
    const organization = organizationOf({ users: Array.from({ length: MANY }, (_, at) => ({ userName: `u${at}`, email: 'crew@dome.example' })) });
    const shared = previewOf(
      organization,
      idpOf({ provider: 'okta', users: Array.from({ length: MANY }, (_, at) => ({ subject: `n${at}`, email: 'crew@dome.example' })) }),
    ).forecast;
    expect(shared.summary).toMatchObject({ secondAccounts: MANY, users: { create: MANY, unknown: 0, untouched: MANY } });
    expect(shared.users[MANY - 1].beside).toHaveLength(20);
    const twins = previewOf(
      organizationOf({ users: Array.from({ length: MANY }, (_, at) => ({ userName: at % 2 === 0 ? 'crew' : 'Crew', email: 'crew' })) }),
      idpOf({ provider: 'entra', users: Array.from({ length: MANY }, () => ({ subject: 'crew' })) }),
    ).forecast;
    expect(twins.summary.users.ambiguous).toBe(2 * MANY);
  });

  it('takes groups of one name', () => {
    const groups = groupsOf(Array.from({ length: MANY }, () => 'Crew'));
    const idp = idpOf({ provider: 'okta', users: [], groups: Array.from({ length: MANY }, () => 'Crew') });
    expect(previewOf(organizationOf({ users: [], groups }), idp).forecast.summary.groups.ambiguous).toBe(2 * MANY);
  });

  it('takes a million and a half memberships', () => {
    const people = Array.from({ length: 3000 }, (_, at) => `u${at}@dome.example`);
    const crews = Array.from({ length: 500 }, (_, at) => `Crew ${at}`);
    const organization = organizationOf({ users: people.map((name) => ({ userName: name, email: name })), groups: groupsOf(crews) });
    const idp = idpOf({ provider: 'entra', users: people.map((subject) => ({ subject })), groups: crews, members: crews.map((_, at) => [at, at] as const) });
    const { context } = beginAudit(directoryOf(organization), policyOf(organization), NODE_DIGESTS, idp);
    const everybodyEverywhere: MembershipView = {
      forEach(visit) {
        for (let user = 0; user < people.length; user++) for (let group = 0; group < crews.length; group++) visit(user, group);
      },
    };
    const { summary } = predict(context, everybodyEverywhere);
    expect(summary.memberships).toEqual({ added: 0, kept: 500, lost: 0, skipped: 0, unknown: 1_499_500 });
  });
});

const reportOf = (organization: Organization, idp: IdpDirectory): Report =>
  beginAudit(directoryOf(organization), policyOf(organization), NODE_DIGESTS, idp).finish(snapshotOf(organization));

/** Returns the ids of the accounts that findings of a severity name. */
const namedIn = ({ findings }: Report, ...severities: readonly string[]): Set<string> =>
  new Set(
    findings.flatMap(({ finding }) =>
      severities.includes(finding.severity)
        ? ruleOf(finding)
            .users(finding)
            .map(({ id }) => id)
        : [],
    ),
  );

describe('check and preview, of the same inputs', () => {
  it('agree: nothing is ready while a second account is predicted, and each account beside one has an error', () => {
    let seconds = 0;
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => {
        const report = reportOf(organization, idp);
        const second = previewOf(organization, idp).forecast.users.filter(isSecondAccount);
        seconds += second.length;
        if (report.isReady) expect(second).toEqual([]);
        const blamed = new Set(
          report.findings.flatMap(({ finding }) =>
            finding.rule === 'second-account' && finding.severity === 'error'
              ? ruleOf(finding)
                  .users(finding)
                  .map(({ id }) => id)
              : [],
          ),
        );
        const beside = new Set(second.flatMap((one) => one.beside.map(({ id }) => id)));
        expect([...beside].sort()).toEqual([...blamed].sort());
      }),
      { numRuns: 600 },
    );
    expect(seconds).toBeGreaterThan(20);
  });

  it('agree: each account of a link that is not certain has a warning at least', () => {
    let doubts = 0;
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => {
        const named = namedIn(reportOf(organization, idp), 'warning', 'error');
        for (const forecast of previewOf(organization, idp).forecast.users) {
          if (!isUncertain(forecast)) continue;
          const accounts = [...(forecast.user === undefined ? [] : [forecast.user]), ...forecast.candidates];
          doubts += accounts.length;
          for (const { id } of accounts) expect([...named], JSON.stringify(forecast)).toContain(id);
        }
      }),
      { numRuns: 600 },
    );
    expect(doubts).toBeGreaterThan(20);
  });

  it('find what a person wanted: a Basic, inactive or left account that the look-up misses, and no more', () => {
    const organization = organizationOf({
      users: [
        { userName: 'ana@dome.example', email: 'ana@dome.example' },
        { userName: 'jdoe', email: 'jdoe@dome.example', active: false },
        { userName: 'bo', email: 'bo@dome.example', authenticationType: 'basic' },
        { userName: 'former.ana', email: 'ana@dome.example', active: false },
      ],
    });
    const idp = idpOf({ provider: 'okta', users: ['ana', 'jdoe', 'bo'].map((name) => ({ subject: `${name}@dome.example` })) });
    const { findings, isReady } = reportOf(organization, idp);
    expect(isReady).toBe(false);
    expect(findings.flatMap(({ finding }) => (finding.rule === 'second-account' ? [[finding.severity, ruleOf(finding).users(finding)[0].id]] : []))).toEqual([
      ['error', '2'],
      ['error', '3'],
    ]);
  });
});
