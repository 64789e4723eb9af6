import { snapshotRule } from './define.js';
import { hidden, number } from './fields.js';
import { askAboutExport, count } from './rule.js';

export const noInactiveUsers = snapshotRule({
  name: 'no-inactive-users',
  severity: 'warning',
  title: 'No inactive users in the export',
  finds: 'An export without any inactive users.',
  why: 'Most exports list only active users, but inactive users hold usernames and emails too. A rename that looks safe may collide with an account that was not exported.',
  fix: 'Add the list of inactive users (a second --users FILE). For REST, add `includeInactive=true`; the administration pages list inactive users in a separate view. If there really are none, accept the finding.',
  example: 'users.csv holds 412 users, all of them active.',
  clause: 'conflicting-pairs',
  fields: { users: hidden(number(1)) },
  start: ({ directory: { users } }) => ({
    *findings({ inputs }) {
      const lists = inputs.filter(({ role }) => role === 'users');
      if (lists.length > 0 && lists.every(({ includesInactive }) => includesInactive === true)) return;
      if (users.length > 0 && users.every(({ active }) => active)) {
        yield { rule: 'no-inactive-users', severity: 'warning', users: users.length };
      }
    },
  }),
  message: ({ users }) =>
    `${users === 1 ? 'The only user is' : `All ${count(users, 'user')} are`} active. Most exports leave out inactive users, but these hold usernames too.`,
  identity: () => [],
  columns: [
    ['users', ({ users }) => String(users)],
    ['inactive', () => '0'],
  ],
  effects: { mayFollowDecision: true },
  remedy: () => askAboutExport('', 'No inactive user was exported; export them too, or accept that there are none.'),
});
