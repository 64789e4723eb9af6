/** What a rule is. Each rule is one file with this furniture; nobody outside it switches on its name. */

import { isUnseen } from '../model/compare.js';
import type { Contest } from '../model/contest.js';
import type { Directory, Group, RecordLocation, Snapshot, Subject, UnknownMember, User } from '../model/directory.js';
import { isEmailAddress } from '../model/email.js';
import type { DecisionAction, FindingBase, Proposal, Question, Remedy, Severity } from '../model/finding.js';
import type { ClauseId } from '../model/guide.js';
import type { IdentityIndex } from '../model/identity-index.js';
import type { IdpProvider, IdpUser } from '../model/idp.js';
import type { IdpMatch } from '../model/idp-match.js';
import type { Policy, SyncSelection } from '../model/policy.js';
import type { Shapes } from './shape.js';

export type RuleInput = 'groups' | 'groupList' | 'memberships' | 'idpGroups' | 'idpEmails';

/** What an input is called in a sentence. */
export const INPUT_NAMES: Readonly<Record<RuleInput, string>> = {
  groups: 'groups',
  groupList: 'list of groups',
  memberships: 'memberships',
  idpGroups: 'groups of the identity provider',
  idpEmails: 'emails of the identity provider',
};

/** What a rule may look at. */
export interface RuleContext {
  readonly directory: Directory;
  readonly policy: Policy;
  readonly index: IdentityIndex;
  readonly contest: Contest;
  readonly sync: SyncSelection;
  /** Names of the rules that are checked. */
  readonly checked: ReadonlySet<string>;
  /** How the identity provider's users fit; absent where its exports were not given. */
  readonly idp?: IdpMatch;
}

/** One look at one snapshot: first the memberships stream past, then the findings are asked for, once. */
export interface RuleRun<F> {
  member?(user: number, group: number): void;
  unknown?(member: UnknownMember): void;
  /** By the first subject's place in the source. `severity` is the default; the audit applies the policy. */
  findings(snapshot: Snapshot): Iterable<F>;
}

/** A value in a table; with `against`, what it is to be compared with, so that the difference can be shown. */
export interface Cell {
  readonly text: string;
  readonly against?: string;
}

/** What stands for subjects and values where a report is redacted. */
export interface Redactor {
  user(user: User): User;
  group(group: Group): Group;
  idpUser(user: IdpUser): IdpUser;
  member(member: UnknownMember): UnknownMember;
  /** For a username or an email, or the key of one. */
  identity(text: string): string;
  groupName(text: string): string;
  /** For what another system is called: that may be the username it signs in with. */
  system(name: string): string;
  /** The same list for the same list. */
  users(users: readonly User[]): readonly User[];
}

export type Locate = (subject: Subject) => RecordLocation;

/** What the planner may assume about the findings of a rule; what is absent may not be assumed. */
export interface Effects {
  /** They may follow from a decision without speaking against it: they are asked about in the next plan. */
  readonly mayFollowDecision?: true;
  /** They name nobody who is in the way of a rename or is renamed: where users only get their email as username, they stay. */
  readonly outlastsRenames?: true;
  /** They are made of emails alone: another username makes none. */
  readonly isOfEmails?: true;
  /** They are memberships that the first group sync takes away. */
  readonly losesMembers?: true;
}

export interface Rule<F extends FindingBase = FindingBase> {
  readonly name: F['rule'];
  /** Default severity; a rule with a milder variant says so in `finds`. */
  readonly severity: Severity;
  /** What a heading calls it. */
  readonly title: string;
  /** What it finds, one sentence. */
  readonly finds: string;
  /** Why it matters for SCIM. */
  readonly why: string;
  /** How to fix it. */
  readonly fix: string;
  readonly example: string;
  readonly clause: ClauseId;
  /** Inputs without which it cannot be answered: their absence is refused. */
  needs(policy: Policy): readonly RuleInput[];
  /** An input without which it has nothing to look at: its absence is said, not refused. */
  readonly isIdleWithout?: RuleInput | readonly RuleInput[];
  /** Asked only where the exports of this identity provider, or of any, are given; else no report names the rule. */
  readonly idp?: IdpProvider | 'any';
  /** Asked only where a person gave what it judges; else no report names the rule. */
  isAskedFor?(policy: Policy): boolean;
  start(context: RuleContext): RuleRun<F>;
  /** Plain words, values as the export holds them. */
  message(finding: F): string;
  /** What makes the finding itself: subjects' ids and values, in an order that the source's does not change. */
  identity(finding: F): readonly string[];
  /** What it is about, stable while its values change: two findings of a rule with one topic are one question. */
  topic(finding: F): string;
  /** What `data` returns, for the JSON Schema and for people. */
  readonly shapes: Shapes;
  /** The rule's own fields of the JSON report, in order. */
  data(finding: F, locate: Locate): Readonly<Record<string, unknown>>;
  /** The same finding with aliases in the place of every username, email and name that it holds. */
  redact(finding: F, redactor: Redactor): F;
  readonly headings: readonly string[];
  /** The subjects as table rows under `headings`, in source order. */
  rows(finding: F, locate: Locate): readonly (readonly Cell[])[];
  /** How many subjects it has, where `rows` does not hold them all. */
  size?(finding: F): number;
  readonly effects: Effects;
  users(finding: F): readonly User[];
  groups(finding: F): readonly Group[];
  /** Users of the identity provider that it is about. */
  idpUsers?(finding: F): readonly IdpUser[];
  /** What a person can decide about each of its subjects. */
  readonly decisions: readonly DecisionAction[];
  /** Whether a person may live with a finding; if a rule does not say, any may be accepted. */
  mayBeAccepted?(finding: F): boolean;
  remedy(finding: F): Remedy;
}

/** Returns a user's fields of the JSON report. */
export function userData(user: User) {
  const { id, userName, email, active, authenticationType } = user;
  return { id, userName, email, active, authenticationType };
}

export const cell = (text: string): Cell => ({ text });

/** Returns how tables name a place: `users.csv:18`, or `userbase, row 18`. */
export function placeText(location: RecordLocation): string {
  return 'table' in location ? `${location.table}, row ${location.rowid}` : `${location.path}:${location.line}`;
}

/** Returns how tables put a user's state. */
export function stateText(user: User): string {
  return `${user.active ? 'active' : 'inactive'} ${user.authenticationType === 'idp' ? 'IdP' : 'Basic'}`;
}

/** Returns a number with commas; without the locale data, which take as long to load as a small check. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** Returns `n thing` or `n things`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

/** Returns `user "jdoe"`, or `user 17` where there is no username to name. */
export const calledUser = ({ id, userName }: User): string => (isUnseen(userName) ? `user ${id}` : `user "${userName}"`);

/** Returns the first few values quoted, and how many more there are. */
export function few(values: readonly string[], most = 3): string {
  return listed(
    values.slice(0, most).map((value) => `"${value}"`),
    values.length,
  );
}

/** Returns the ids of the first few, and how many more there are: `id 7`, `ids 7 and 12`. */
export function idsOf(subjects: readonly { readonly id: string }[], most = 3): string {
  const shown = subjects.slice(0, most).map(({ id }) => id);
  return `${subjects.length === 1 ? 'id' : 'ids'} ${listed(shown, subjects.length)}`;
}

function listed(shown: string[], total: number): string {
  const rest = total - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${count(rest, 'other')}`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** Returns ids with values, sorted by id, so that row order is not part of an identity. */
export function sortedIdentity<S extends Subject>(subjects: readonly S[], values: (subject: S) => readonly string[]): string[] {
  return [...subjects].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)).flatMap((subject) => [subject.id, ...values(subject)]);
}

/** A remedy that asks the same of each user of a finding; `propose` names what a user who should give way could do. */
export function askEach(
  users: readonly User[],
  current: (user: User) => string,
  problem: string,
  actions: Question['actions'],
  propose: (user: User) => Proposal | undefined = () => undefined,
): Remedy {
  return {
    wants: [],
    questions: users.map((user) => {
      const proposal = propose(user);
      return { subject: 'user', id: user.id, current: current(user), problem, actions, ...(proposal === undefined ? {} : { proposal }) };
    }),
  };
}

/** Returns an address for an account that gives its own away, as the vendor advises: anonymous, in the same domain. */
export function anonymousAddress({ id, email, userName }: User): string {
  const domain = [email, userName].map((text) => text.slice(text.lastIndexOf('@') + 1)).find((text) => isEmailAddress(`a@${text}`));
  return `former-${id.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'user'}@${domain ?? 'anonymized.invalid'}`;
}

const SNAPSHOT_QUESTION = { subject: 'snapshot', id: '', actions: ['accept'] } as const;

/** A remedy for what only a better export, or acceptance, can settle. */
export function askAboutExport(current: string, problem: string): Remedy {
  return { wants: [], questions: [{ ...SNAPSHOT_QUESTION, current, problem }] };
}
