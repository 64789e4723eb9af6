/** Takes from a plan what its page may hold. */

import type { Digests } from '../../model/digests.js';
import type { User } from '../../model/directory.js';
import type { IdpMatch } from '../../model/idp-match.js';
import type { RuleContext } from '../../rules/rule.js';
import type { Ground } from '../assemble.js';
import { NO_ANSWER } from '../decision-rows.js';
import type { MadePlan } from '../make-plan.js';
import { carriedOf, isAboutExport, placesOf } from './carried.js';
import { concernedBy } from './concerned.js';
import { marking } from './marks.js';
import {
  HAS_MARK,
  type HiddenAccounts,
  idpStateOf,
  MARKED,
  ORGANIZATION_LEVEL,
  type PageCounts,
  type PageData,
  type PageRow,
  type PageUser,
  SPELLED_OTHERWISE,
  stateOf,
} from './page-data.js';

/** Returns the data of the page. `salt` goes into every hash; the same salt gives the same bytes. */
export function takePageData(ground: Ground, { base, rows }: Pick<MadePlan, 'base' | 'rows'>, salt: string, digests: Pick<Digests, 'sha256'>): PageData {
  const { before, context, members } = ground;
  const { directory, policy, idp } = context;
  const concerned = concernedBy(ground, base);
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
    ...(idp === undefined ? {} : { idp: idpOf(idp, idpUsers) }),
    hidden: hiddenAccounts(context, concerned, marking(digests, salt, idp !== undefined)),
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

function idpOf({ directory }: IdpMatch, users: IdpMatch['directory']['users']): NonNullable<PageData['idp']> {
  const { provider, groups, given, inputs } = directory;
  return {
    provider,
    users: users.map((user) => [user.id, user.subject, user.email, idpStateOf(user)]),
    groups: groups.map(({ name }) => name),
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

/** Returns marks of all other accounts, by their state; sorted, so that they tell nothing of the order of the export. */
function hiddenAccounts(
  { directory, index, idp }: RuleContext,
  concerned: ReturnType<typeof concernedBy>,
  mark: (key: string, text: string) => string,
): HiddenAccounts[] {
  const hasSpellings = idp !== undefined;
  const lists = new Map<string, Lists>();
  const add = (isIdp: boolean, state: number, name: number, nameText: string, email: number, emailText: string): void => {
    const keys = idp?.keys ?? index.keys;
    const list = lists.get(`${isIdp} ${state}`) ?? new Lists(isIdp, state);
    lists.set(`${isIdp} ${state}`, list);
    const first = name < 0 ? '' : mark(keys[name], nameText);
    if (name >= 0 && name === email && (!hasSpellings || nameText === emailText)) list.same.push(first);
    else list.add(first, email < 0 ? '' : mark(keys[email], emailText));
  };
  for (const user of directory.users) {
    if (concerned.users[user.place] === 1) continue;
    const { place, userName, email } = user;
    const names = [index.userNameKey[place], index.emailKey[place]] as const;
    // Only names with one key can be told apart by their spelling alone.
    const state = names[0] === names[1] ? stateOf(user) : stateOf(user) & ~SPELLED_OTHERWISE;
    add(false, state, names[0], userName, names[1], email);
  }
  for (const user of idp?.directory.users ?? []) {
    if (idp === undefined || concerned.idpUsers[user.place] === 1) continue;
    add(true, idpStateOf(user) & ~SPELLED_OTHERWISE, idp.subjectKey[user.place], user.subject, idp.emailKey[user.place], user.email);
  }
  return [...lists.values()].map((list) => list.joined()).sort((a, b) => Number(a.isIdp) - Number(b.isIdp) || a.state - b.state);
}

class Lists {
  readonly same: string[] = [];
  readonly #pairs: string[] = [];
  readonly #names: string[] = [];
  readonly #emails: string[] = [];
  #hasNameless = false;

  constructor(
    readonly isIdp: boolean,
    readonly state: number,
  ) {}

  add(name: string, email: string): void {
    if (name === '' && email === '') this.#hasNameless = true;
    else if (email === '') this.#names.push(name);
    else if (name === '') this.#emails.push(email);
    else this.#pairs.push(name + email);
  }

  joined(): HiddenAccounts {
    const text = (marks: string[]): string => marks.sort().join('');
    return {
      isIdp: this.isIdp,
      state: this.state,
      same: text(this.same),
      pairs: text(this.#pairs),
      names: text(this.#names),
      emails: text(this.#emails),
      hasNameless: this.#hasNameless,
    };
  }
}
