/** The first sync as tables: what is predicted, and how it came. */

import { locationOf, type Subject, type User } from '../../model/directory.js';
import type { IdpUser } from '../../model/idp.js';
import type { Forecast } from '../../preview/forecast.js';
import { each } from '../../preview/outcomes.js';
import type { Preview } from '../../preview/preview.js';
import type { Reconciliation } from '../../preview/reconciliation.js';
import { placeText } from '../../rules/rule.js';
import { effectsText, factsText, OUTCOME_TEXT } from '../reconcile-words.js';
import { type Table, tableOf } from '../reporter.js';

const COLUMNS = [
  'kind',
  'effects',
  'sent',
  'sentEmail',
  'sentActive',
  'sentWhere',
  'id',
  'userName',
  'email',
  'active',
  'authenticationType',
  'where',
  'group',
  'groupId',
  'members',
  'overwrites',
  'beside',
  'candidates',
  'why',
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/** Returns a row per user, per group, per membership that changes, and per account that is active now, with how its person signs in. */
export const previewTable = ({ forecast, snapshot }: Preview): Table =>
  tableOf(
    COLUMNS,
    rowsOf(forecast, (subject) => placeText(locationOf(snapshot.inputs, subject))),
  );

const ids = (subjects: readonly Subject[]): string => subjects.map(({ id }) => id).join(' ');

function* rowsOf({ people, signIns, groups, memberships }: Forecast, where: (subject: Subject) => string): Iterable<Row> {
  for (const { effects, user, idpUser, overwrites, beside, candidates, why } of each(people)) {
    yield {
      kind: 'user',
      effects: effects.join(' '),
      ...sentCells(idpUser),
      ...userCells(user, where),
      overwrites: overwrites.map(({ attribute, from, to }) => `${attribute}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`).join('; '),
      beside: ids(beside),
      candidates: ids(candidates),
      why: why.text,
    };
  }
  for (const { effect, group, idpGroup, near, members, why } of groups) {
    yield {
      kind: 'group',
      effects: effect,
      ...(idpGroup === undefined ? {} : { sent: idpGroup.name, sentWhere: placeText(idpGroup) }),
      ...(group === undefined ? {} : { group: group.name, groupId: group.id, where: where(group) }),
      members: Object.entries(members)
        .map(([name, number]) => `${name} ${number}`)
        .join(', '),
      ...(effect === 'ambiguous' ? { candidates: ids(near) } : { beside: ids(near) }),
      why: why.text,
    };
  }
  for (const { effect, groupName, group, user, idpUser, members, why } of memberships) {
    yield {
      kind: 'membership',
      effects: effect,
      ...sentCells(idpUser),
      ...userCells(user, where),
      group: groupName,
      groupId: group?.id ?? '',
      members: String(members ?? 1),
      why: why.text,
    };
  }
  for (const { user, login, why } of each(signIns)) yield { kind: 'login', effects: login, ...userCells(user, where), why: why.text };
}

const sentCells = (user: IdpUser | undefined): Row =>
  user === undefined ? {} : { sent: user.subject, sentEmail: user.email, sentActive: String(user.active), sentWhere: placeText(user) };

const userCells = (user: User | undefined, where: (subject: Subject) => string): Row =>
  user === undefined
    ? {}
    : { id: user.id, userName: user.userName, email: user.email, active: String(user.active), authenticationType: user.authenticationType, where: where(user) };

const FOUND_COLUMNS = ['what', 'about', 'user id', 'username', 'in the provider', 'group id', 'group', 'predicted', 'found'] as const;

/** Returns a row per surprise, then one per prediction. */
export const reconcileTable = ({ results, surprises }: Reconciliation): Table => tableOf(FOUND_COLUMNS, foundRows({ results, surprises }));

function* foundRows({ results, surprises }: Pick<Reconciliation, 'results' | 'surprises'>): Iterable<Partial<Record<(typeof FOUND_COLUMNS)[number], string>>> {
  for (const { kind, user, idpUser, group, facts } of surprises) yield { what: kind, ...subjects({ user, idpUser, group }), found: factsText(facts) };
  for (const { outcome, about, user, idpUser, group, effects, facts } of results)
    yield { what: OUTCOME_TEXT[outcome], about, ...subjects({ user, idpUser, group }), predicted: effectsText(effects), found: factsText(facts) };
}

type Subjects = { readonly [K in 'user' | 'idpUser' | 'group']: { readonly id: string; readonly name: string } | undefined };

const subjects = ({ user, idpUser, group }: Subjects) => ({
  ...(user === undefined ? {} : { 'user id': user.id, username: user.name }),
  ...(idpUser === undefined ? {} : { 'in the provider': idpUser.name }),
  ...(group === undefined ? {} : { 'group id': group.id, group: group.name }),
});
