import type { Role } from '../model/directory.js';
import type { FindingBase } from '../model/finding.js';
import type { AuthMode } from '../model/policy.js';
import { askAboutExport, cell, count, NO_NEEDS, NONE, type Rule, type RuleContext } from './rule.js';

export interface NothingToCheck extends FindingBase {
  readonly rule: 'nothing-to-check';
  readonly input: Role;
  /** Users, groups; for memberships the groups that have none. */
  readonly count: number;
  readonly authMode: AuthMode;
}

/** Rules that look at usernames and emails of users in scope, and at groups that can be synced. */
const USER_RULES = ['username-email-mismatch', 'conflicting-users', 'missing-email', 'invalid-email', 'duplicate-email', 'duplicate-username'];
const GROUP_RULES = ['duplicate-group-name', 'inactive-basic-member'];

function* emptyInputs({ directory, index, checked, policy: { authMode } }: RuleContext, memberships: number): Iterable<NothingToCheck> {
  const { users, groups, given } = directory;
  // Of nobody there is nothing to say: the report has a note instead, and is not ready.
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
    return `${none}: with --auth-mode ${authMode} these are the ${who}. So no username and no email was checked. Check the mode and the export.`;
  }
  if (input === 'memberships') {
    return `The memberships hold no row, and there ${number === 1 ? 'is' : 'are'} ${count(number, 'group')}: inactive members were looked for in nothing. Export the memberships again, or say --skip-rule inactive-basic-member.`;
  }
  return number === 0
    ? 'The groups hold no group, so no name and no member of a group was checked. Export the groups again; if there are none, leave the file out and skip the rules about groups.'
    : `${number === 1 ? 'The only group belongs' : `All ${count(number, 'group')} belong`} to a project, so none is organization-level and none was checked. Check the project column: it is blank for an organization-level group.`;
}

export const nothingToCheck: Rule<NothingToCheck> = {
  name: 'nothing-to-check',
  severity: 'error',
  title: 'Inputs in which there was nothing to check',
  finds: 'An input in which the rules find nothing to look at: no user in scope, no organization-level group, or memberships without a row.',
  why: 'What was not looked at is not clean. A wrong mode, a filter of the export, or a column read otherwise than it is meant leaves nothing to look at, and then nothing is found.',
  fix: 'Check --auth-mode and the exports. If there really is nothing of the kind, leave the input out and say with --skip-rule which rules are not checked, or accept that there are no organization-level groups or no members.',
  example: 'All users of the export are Basic, and --auth-mode is multi: nobody is in scope.',
  clause: 'sync-groups',
  needs: NO_NEEDS,
  start: (context) => ({ findings: ({ memberships }) => emptyInputs(context, memberships) }),
  message: messageOf,
  identity: ({ input, count: number }) => [input, input === 'groups' && number > 0 ? 'project' : 'none'],
  topic: ({ input }) => input,
  data: ({ input }) => ({ input }),
  redact: (finding) => finding,
  headings: ['input', 'nothing to check'],
  rows: ({ input, count: number, authMode }) => {
    const none = {
      users: `of ${count(number, 'user')} none is in scope with --auth-mode ${authMode}`,
      groups: number === 0 ? 'no group' : `of ${count(number, 'group')} none is organization-level`,
      memberships: `no membership of ${count(number, 'group')}`,
    };
    return [[cell(input), cell(none[input])]];
  },
  mayFollowDecision: true,
  users: () => NONE,
  groups: () => NONE,
  decisions: ['accept'],
  // That nobody was checked cannot be accepted: it would be ready without a look at anything.
  mayBeAccepted: ({ input }) => input !== 'users',
  remedy: (finding) => (finding.input === 'users' ? { wants: [], questions: [] } : askAboutExport('', messageOf(finding))),
  // How many groups there are is not part of the finding.
};
