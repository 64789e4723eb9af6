/** Takes from a plan what its page may hold. */

import type { Digests } from '../../model/digests.js';
import type { User } from '../../model/directory.js';
import type { IdpUser } from '../../model/idp.js';
import { localPartOf } from '../../model/idp-lookup.js';
import { matchIdp } from '../../model/idp-match.js';
import type { Assembly, Ground } from '../assemble.js';
import { NO_ANSWER } from '../decision-rows.js';
import type { MadePlan } from '../make-plan.js';
import { type Comparison, type Concerned, concernedBy, newcomersOf } from './concerned.js';
import { type Marking, marking } from './marks.js';
import {
  carriedOf,
  HAS_MARK,
  idpStateOf,
  isAboutExport,
  MARKED,
  ORGANIZATION_LEVEL,
  type PageCounts,
  type PageData,
  type PageRow,
  type PageUser,
  placesOf,
  SHARES_LOCAL_PART,
  stateOf,
} from './page-data.js';
import { hiddenAccounts, hiddenNewcomers } from './take-hidden.js';

/** Returns the data of the page. `salt` goes into every hash; the same salt gives the same bytes. */
export function takePageData(ground: Ground, { base, rows }: Pick<MadePlan, 'base' | 'rows'>, salt: string, digests: Pick<Digests, 'sha256'>): PageData {
  const { before, context, members } = ground;
  const { directory, policy, idp } = context;
  const comparison = comparisonOf(ground, base);
  const concerned = concernedBy(ground, base, comparison);
  const marks = marking(digests, salt, idp !== undefined);
  const users = directory.users.filter(({ place }) => concerned.users[place] === 1);
  const groups = directory.groups.filter(({ place }) => concerned.groups[place] === 1);
  const idpUsers = (idp?.directory.users ?? []).filter(({ place }) => concerned.idpUsers[place] === 1);
  const userPlaces = ranksOf(concerned.users);
  const groupPlaces = ranksOf(concerned.groups);
  const pairs: number[] = [];
  members.forEach((user, group) => {
    if (userPlaces[user] >= 0 && groupPlaces[group] >= 0) pairs.push(userPlaces[user], groupPlaces[group]);
  });
  const places = placesOf({ user: users, group: groups, idpUser: idpUsers });
  const { findings, pageRows } = rowsOf(rows);
  const ids = new Set(users.map(({ id }) => id));
  const { snapshot } = before;
  // Where the config file lies is nobody's business.
  const { config: _, ...judgedBy } = policy;
  return {
    salt,
    policy: { ...judgedBy, leaveOutUsers: policy.leaveOutUsers.filter((id) => ids.has(id)) },
    snapshot: {
      given: snapshot.given,
      ...(snapshot.unanswered === undefined ? {} : { unanswered: snapshot.unanswered }),
      inputs: snapshot.inputs.map((input) => ({ ...input, file: '', sha256: '' })),
      ...(snapshot.typeList === undefined ? {} : { typeList: { ...snapshot.typeList, sha256: '' } }),
      memberships: snapshot.memberships,
    },
    users: users.map((user) => {
      const { id, userName, email } = user;
      const more = moreOf(user);
      return more === undefined ? [id, userName, email, stateOf(user)] : [id, userName, email, stateOf(user), more];
    }),
    groups: groups.map(({ id, name, isOrganizationLevel, sync }) => [
      id,
      name,
      (isOrganizationLevel ? ORGANIZATION_LEVEL : 0) | (sync === undefined ? 0 : HAS_MARK) | (sync === true ? MARKED : 0),
    ]),
    members: pairs,
    ...(comparison === undefined ? {} : { idp: idpOf(comparison, concerned, idpUsers, marks) }),
    hidden: hiddenAccounts(context, concerned, comparison, marks),
    carried: before.findings.filter(isAboutExport).map((audited) => carriedOf(audited, places)),
    findings,
    rows: pageRows,
    base: countsOf(base),
    answers: rows.flatMap(({ answer = NO_ANSWER }, at) => (Object.values(answer).every((cell) => cell === '') ? [] : [[at, answer] as const])),
  };
}

/** Returns the counts of an assembly. */
export function countsOf({ actions, open, end }: MadePlan['base']): PageCounts {
  const { error, warning, info } = end.report.summary;
  return { actions: actions.length, open: open.length, error, warning, info };
}

/** Returns the place of each that is marked among those that are, by index; -1 for the others. */
function ranksOf(marks: Uint8Array): Int32Array {
  let rank = 0;
  return Int32Array.from(marks, (mark) => (mark === 1 ? rank++ : -1));
}

function moreOf({ scimAdmin, signsInFor }: User): PageUser[4] {
  if (scimAdmin === undefined && signsInFor === undefined) return undefined;
  return { ...(scimAdmin === undefined ? {} : { scimAdmin }), ...(signsInFor === undefined ? {} : { signsInFor }) };
}

/** Returns what is compared with the provider's exports; undefined if there are none. */
function comparisonOf({ context: { index, idp } }: Ground, { end }: Assembly): Comparison | undefined {
  if (idp === undefined) return undefined;
  const states = [
    { index, idp },
    { index: end.index, idp: matchIdp(end.index, idp.directory) },
  ] as const;
  return { states, newcomers: newcomersOf(states) };
}

function idpOf(comparison: Comparison, concerned: Concerned, users: readonly IdpUser[], marks: Marking): NonNullable<PageData['idp']> {
  const {
    states: [{ index, idp }],
  } = comparison;
  const { provider, groups, given, inputs, unassigned = [] } = idp.directory;
  const { key } = index.collation;
  const localKeyOf = ({ subject }: IdpUser): string => (subject.includes('@') ? key(localPartOf(subject)) : '');
  const shown = new Set(users.map(localKeyOf));
  const sharing = new Set(
    idp.directory.users.flatMap((user) => (concerned.idpUsers[user.place] === 0 && shown.has(localKeyOf(user)) ? [localKeyOf(user)] : [])),
  );
  return {
    provider,
    users: users.map((user) => {
      const state = localKeyOf(user) !== '' && sharing.has(localKeyOf(user)) ? idpStateOf(user) | SHARES_LOCAL_PART : idpStateOf(user);
      return [user.id, user.subject, user.email, state];
    }),
    unassigned: unassigned.flatMap((user) => (concerned.unassigned[user.place] === 1 ? [[user.id, user.subject, user.email, idpStateOf(user)] as const] : [])),
    groups: groups.map(({ name }) => name),
    newcomers: hiddenNewcomers(comparison, concerned, marks),
    given,
    inputs: inputs.map(({ path, role, rows }) => ({ path, role, rows })),
  };
}

function rowsOf(rows: MadePlan['rows']): { findings: string[]; pageRows: PageRow[] } {
  const findings: string[] = [];
  const pageRows = rows.map(({ asked }): PageRow => {
    if (findings.at(-1) !== asked.fingerprint) findings.push(asked.fingerprint);
    const { question, written } = asked;
    const { isLeftOut, isStatusFixed, signsInFor } = question.user ?? {};
    const user = {
      ...(isLeftOut === undefined ? {} : { isLeftOut }),
      ...(isStatusFixed === undefined ? {} : { isStatusFixed }),
      ...(signsInFor === undefined ? {} : { signsInFor }),
    };
    return [
      findings.length - 1,
      question.subject,
      question.id,
      question.current,
      question.problem,
      written[6],
      question.actions,
      question.user === undefined ? 0 : user,
    ];
  });
  return { findings, pageRows };
}
