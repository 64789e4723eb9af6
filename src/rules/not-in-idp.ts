import { NO_FIT } from '../model/idp-match.js';
import { userRule } from './define.js';
import { idpOf, unassignedOf } from './idp.js';
import { askEach } from './rule.js';

export const notInIdp = userRule({
  name: 'not-in-idp',
  severity: 'error',
  title: 'IdP users who are missing from the identity provider',
  finds: "An active user of authentication type IdP whose username and email match no subject and no email in the identity provider's exports.",
  why: 'A user who signs in through the identity provider must exist there and be assigned to the Jama Connect application. Otherwise the sync does not manage the account: nobody can sign in to it, and it stays active when the person leaves.',
  fix: "Add the person in the identity provider and assign them to the application, deactivate the account if its owner has left, or change it to Basic if it is a service account. If the export covers only some of the provider's users, export again.",
  example: 'User 33, "vera@example.com", signs in through Okta, but Okta\'s export does not list her.',
  clause: 'idp-users',
  idp: 'any',
  start: (context) => ({
    *findings() {
      const match = idpOf(context);
      const { partner } = match;
      const unassigned = unassignedOf(context.index, match);
      for (const user of context.index.users) {
        if (partner[user.place] !== NO_FIT || !user.active || user.authenticationType !== 'idp' || user.isLeftOut === true) continue;
        // Another rule reports those whom the directory has.
        if (unassigned(user) !== undefined) continue;
        yield { rule: 'not-in-idp', severity: 'error', user };
      }
    },
  }),
  message: ({ user }) =>
    `Nobody in the identity provider's exports has the username "${user.userName}" or the email "${user.email}": the person is missing there.`,
  identity: ({ user }) => [user.id, user.userName, user.email],
  effects: { mayFollowDecision: true },
  decisions: ['deactivate', 'accept'],
  remedy: ({ user }, actions) =>
    askEach([user], {
      problem: "Not in the identity provider's exports, or not assigned to the application: add the person there, or deactivate the account.",
      actions,
    }),
});
