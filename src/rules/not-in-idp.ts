import { NO_FIT } from '../model/idp-match.js';
import { userRule } from './define.js';
import { idpOf } from './idp.js';
import { askEach } from './rule.js';

export const notInIdp = userRule({
  name: 'not-in-idp',
  severity: 'error',
  title: 'IdP users whom the identity provider does not have',
  finds: "An active user of authentication type IdP whose username and email are nobody's subject or email in the identity provider's exports.",
  why: 'Whoever signs in through the identity provider must be there, and be assigned to the Jama Connect application, or the sync does not look after the account: it stays active when the person leaves, and nobody can sign in to it.',
  fix: "Add the person in the identity provider or assign them to the application, deactivate the account if its owner has left, or change it to Basic if it is a service account. If the export covers only a part of the provider's users, export again.",
  example: 'User 33, "vera@example.com", signs in through Okta, but vera is not in the export of Okta, or not assigned to the application.',
  clause: 'idp-users',
  idp: 'any',
  start: (context) => ({
    *findings() {
      const { partner } = idpOf(context);
      for (const user of context.index.users) {
        if (partner[user.place] !== NO_FIT || !user.active || user.authenticationType !== 'idp' || user.isLeftOut === true) continue;
        yield { rule: 'not-in-idp', severity: 'error', user };
      }
    },
  }),
  message: ({ user }) =>
    `Nobody in the identity provider's exports has the username "${user.userName}" or the email "${user.email}": the person is not there, or not assigned to the application.`,
  identity: ({ user }) => [user.id, user.userName, user.email],
  effects: { mayFollowDecision: true },
  decisions: ['deactivate', 'accept'],
  remedy: ({ user }) =>
    askEach(
      [user],
      ({ userName, email }) => `${userName} <${email}>`,
      "Not in the identity provider's exports, or not assigned to the application: add the person there, or deactivate the account.",
      ['deactivate', 'accept'],
    ),
});
