import type { Role } from '../model/directory.js';
import type { AuthMode } from '../model/policy.js';
import { snapshotRule } from './define.js';
import { choice, type FindingOf, own } from './fields.js';
import { askAboutExport, count, type RuleContext } from './rule.js';

/** `count` is the number of users or groups; for memberships, of the groups without any. */
const FIELDS = {
  input: choice(['users', 'groups', 'memberships'], 'The input that has nothing to check.'),
  count: own<number>(),
  authMode: own<AuthMode>(),
};
type NothingToCheck = FindingOf<'nothing-to-check', typeof FIELDS>;

/** Rules that look at usernames and emails of users in scope, and at groups that can be synced. */
const USER_RULES = ['username-email-mismatch', 'conflicting-users', 'missing-email', 'invalid-email', 'duplicate-email', 'duplicate-username'];
const GROUP_RULES = ['duplicate-group-name', 'inactive-basic-member'];

function* emptyInputs({ directory, index, checked, policy: { authMode } }: RuleContext, memberships: number): Iterable<NothingToCheck> {
  const { users, groups, given } = directory;
  // Without users, the report has a note instead, and is not ready.
  if (users.length === 0) return;
  const state = (input: Role, number: number): NothingToCheck => ({ rule: 'nothing-to-check', severity: 'error', input, count: number, authMode });
  const isAnyChecked = (rules: readonly string[]): boolean => rules.some((rule) => checked.has(rule));
  if (!index.isInScope.includes(1) && isAnyChecked(USER_RULES)) yield state('users', users.length);
  if (given.groups && !groups.some(({ isOrganizationLevel }) => isOrganizationLevel) && isAnyChecked(GROUP_RULES)) yield state('groups', groups.length);
  if (given.memberships && memberships === 0 && groups.length > 0 && checked.has('inactive-basic-member')) yield state('memberships', groups.length);
}

function messageOf({ input, count: number, authMode }: NothingToCheck): string {
  if (input === 'users') {
    const who = authMode === 'basic' ? 'active users' : 'active users whose authentication type is IdP';
    const none = number === 1 ? 'The only user is not in scope' : `None of the ${count(number, 'user')} is in scope`;
    return `${none}: with --auth-mode ${authMode} only ${who} are in scope. No username or email was checked. Check the mode and the export.`;
  }
  if (input === 'memberships') {
    return `There are no memberships, but there ${number === 1 ? 'is' : 'are'} ${count(number, 'group')}: inactive members could not be found. Export the memberships again, or use --skip-rule inactive-basic-member.`;
  }
  return number === 0
    ? 'The list of groups is empty, so no group names or members were checked. Export the groups again; if there are none, leave out the file and skip the rules about groups.'
    : `${number === 1 ? 'The only group belongs' : `All ${count(number, 'group')} belong`} to a project, so there was no organization-level group to check. Check the project column: it is blank for an organization-level group.`;
}

export const nothingToCheck = snapshotRule({
  name: 'nothing-to-check',
  severity: 'error',
  title: 'Inputs with nothing to check',
  finds: 'An input that leaves the rules nothing to check: no user in scope, no organization-level group, or no membership.',
  why: 'What was not checked is not clean. With the wrong mode, a filtered export or a misread column, there is nothing to check, and so nothing is found.',
  fix: 'Check --auth-mode and the exports. If the export is right, leave out the empty input and skip the rules that need it with --skip-rule, or accept that there are no organization-level groups or no members.',
  example: 'All users of the export are Basic, and --auth-mode is multi: no user is in scope.',
  clause: 'sync-groups',
  fields: FIELDS,
  start: (context) => ({ findings: ({ memberships }) => emptyInputs(context, memberships) }),
  message: messageOf,
  identity: ({ input, count: number }) => [input, input === 'groups' && number > 0 ? 'project' : 'none'],
  topic: ({ input }) => input,
  columns: [
    ['input', ({ input }) => input],
    ['nothing to check', emptyText],
  ],
  effects: { mayFollowDecision: true },
  // If no user was checked, that cannot be accepted: the verdict would be ready although nothing was checked.
  mayBeAccepted: ({ input }) => input !== 'users',
  remedy: (finding) => (finding.input === 'users' ? { wants: [], questions: [] } : askAboutExport('', messageOf(finding))),
});

function emptyText({ input, count: number, authMode }: NothingToCheck): string {
  if (input === 'users') return `of ${count(number, 'user')} none is in scope with --auth-mode ${authMode}`;
  if (input === 'memberships') return `no membership of ${count(number, 'group')}`;
  return number === 0 ? 'no group' : `of ${count(number, 'group')} none is organization-level`;
}
