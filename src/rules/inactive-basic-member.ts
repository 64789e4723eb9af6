import { ID, USERNAME, userRule, WHERE } from './define.js';
import { namedGroups } from './fields.js';
import { calledUser, count, few } from './rule.js';

export const inactiveBasicMember = userRule({
  name: 'inactive-basic-member',
  severity: 'error',
  title: 'Inactive Basic users in groups to be synced',
  finds: 'An inactive Basic user who is a member of one or more groups to be synced.',
  why: 'The next group sync from the identity provider silently removes inactive Basic users from the groups it manages. A user who is reactivated later no longer has the access that came with the group.',
  fix: 'Reactivate the user, remove the user from the group on purpose, or accept the loss. `scim-audit plan` records the memberships in memberships.csv, so that they can be restored.',
  example: 'User 21 is on leave for a year and inactive. She is in "Reviewers", which Okta will manage: the first sync removes her.',
  clause: 'inactive-basic',
  /** Groups to be synced that the user is a member of, by place. */
  fields: { groups: namedGroups(1) },
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
  columns: [ID, USERNAME, ['groups to be synced', (_, { groups }) => groups.map(({ name }) => name).join(', ')], WHERE],
  effects: { mayFollowDecision: true, outlastsRenames: true, losesMembers: true },
  decisions: ['activate', 'remove-member', 'accept'],
  remedy: ({ user, groups }, actions) => ({
    wants: [],
    questions: [
      {
        subject: 'user',
        id: user.id,
        current: groups.map(({ id, name }) => `${name} (${id})`).join('; '),
        namesGroups: true,
        problem: 'The first group sync removes the user from these groups.',
        actions,
        proposal: { action: 'remove-member', value: '' },
      },
    ],
  }),
});
