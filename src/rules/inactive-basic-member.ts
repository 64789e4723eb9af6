import type { Group, User } from '../model/directory.js';
import type { FindingBase } from '../model/finding.js';
import { calledUser, cell, count, few, placeText, type Rule, userData } from './rule.js';

export interface InactiveBasicMember extends FindingBase {
  readonly rule: 'inactive-basic-member';
  readonly user: User;
  /** Groups to be synced that the user is a member of, by place. */
  readonly groups: readonly Group[];
}

export const inactiveBasicMember: Rule<InactiveBasicMember> = {
  name: 'inactive-basic-member',
  severity: 'error',
  title: 'Inactive Basic users in groups to be synced',
  finds: 'An inactive Basic user who is a member of one or more groups to be synced.',
  why: 'The next group sync from the identity provider removes inactive Basic users from the groups it manages, without a word. Whoever is reactivated later has lost the access that came with the group.',
  fix: 'Reactivate the user, take the user out of the group on purpose, or accept the loss. `scim-audit plan` writes the memberships down in memberships.csv, so that they can be restored.',
  example: 'User 21 left for a year and is inactive; she is in "Reviewers", which Okta will manage: the first sync removes her.',
  clause: 'inactive-basic',
  needs: () => ['groups', 'memberships'],
  start({ directory, sync }) {
    const { users, groups } = directory;
    const groupsByUser = new Map<number, Set<number>>();
    return {
      member(user, group) {
        if (sync.isSynced[group] === 0) return;
        const { active, authenticationType } = users[user];
        if (active || authenticationType !== 'basic') return;
        const known = groupsByUser.get(user);
        if (known === undefined) groupsByUser.set(user, new Set([group]));
        else known.add(group);
      },
      *findings() {
        for (const place of [...groupsByUser.keys()].sort((a, b) => a - b)) {
          const places = [...(groupsByUser.get(place) ?? [])].sort((a, b) => a - b);
          yield {
            rule: 'inactive-basic-member',
            severity: 'error',
            user: users[place],
            groups: places.map((group) => groups[group]),
          };
        }
      },
    };
  },
  message: ({ user, groups }) =>
    `The inactive Basic ${calledUser(user)} is in ${count(groups.length, 'group')} to be synced (${few(groups.map(({ name }) => name))}); the first group sync removes the user.`,
  identity: ({ user, groups }) => [user.id, ...groups.map(({ id }) => id).sort()],
  topic: ({ user }) => user.id,
  data: ({ user, groups }, locate) => ({
    user: userData(user),
    groups: groups.map(({ id, name }) => ({ id, name })),
    location: locate(user),
  }),
  redact: (finding, redactor) => ({ ...finding, user: redactor.user(finding.user), groups: finding.groups.map(redactor.group) }),
  headings: ['id', 'username', 'groups to be synced', 'where'],
  rows: ({ user, groups }, locate) => [[cell(user.id), cell(user.userName), cell(groups.map(({ name }) => name).join(', ')), cell(placeText(locate(user)))]],
  outlastsRenames: true,
  mayFollowDecision: true,
  losesMembers: true,
  users: ({ user }) => [user],
  groups: ({ groups }) => groups,
  decisions: ['activate', 'remove-member', 'accept'],
  remedy: ({ user, groups }) => ({
    wants: [],
    questions: [
      {
        subject: 'user',
        id: user.id,
        current: groups.map(({ id, name }) => `${name} (${id})`).join('; '),
        namesGroups: true,
        problem: 'The first group sync removes the user from these groups.',
        actions: ['activate', 'remove-member', 'accept'],
        proposal: { action: 'remove-member', value: '' },
      },
    ],
  }),
};
