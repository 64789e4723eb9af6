import { EMAIL, ID, USER_IS, USERNAME, userRule, WHERE } from './define.js';
import { idpIdentity, idpOf, idpPlaceText, idpUser, unassignedOf } from './idp.js';
import { askEach, calledUser } from './rule.js';

export const notAssigned = userRule({
  name: 'not-assigned',
  severity: 'error',
  title: 'Active accounts of people who are not assigned to the application',
  finds:
    'An active account whose person is in the directory of the identity provider, but is not assigned to the application (a warning if the account signs in with a password).',
  why: 'A provider sends only users who are assigned to the application, directly or as members of an assigned group; members of nested groups do not count in Entra. Nothing is sent for anybody else: a person who signs in through the provider cannot sign in, and the account stays active when the person leaves.',
  fix: 'Assign the person, or a group that has the person as a direct member, to the Jama Connect application. If the person does not need the account, deactivate it.',
  example: 'Entra has "vera@example.com", and user 33 signs in with it; she is only in a group within an assigned group.',
  clause: 'idp-users',
  fields: { idpUser: idpUser('The user of the directory who is not assigned.') },
  idp: 'any',
  start: (context) => ({
    *findings() {
      const unassigned = unassignedOf(context.index, idpOf(context));
      for (const user of context.index.users) {
        if (!user.active || user.isLeftOut === true) continue;
        const found = unassigned(user);
        if (found === undefined) continue;
        yield { rule: 'not-assigned', severity: user.authenticationType === 'idp' ? 'error' : 'warning', user, idpUser: found };
      }
    },
  }),
  message: ({ user, idpUser }) =>
    `The ${calledUser(user)} is active, and the person is in the identity provider as "${idpUser.subject}", but not assigned to the application: nothing is sent for the account.`,
  identity: ({ user, idpUser }) => [user.id, user.userName, user.email, ...idpIdentity([idpUser])],
  columns: [
    ID,
    USERNAME,
    EMAIL,
    USER_IS,
    ['in the provider as', (_, { idpUser }) => idpUser.subject],
    WHERE,
    ['there at', (_, { idpUser }) => idpPlaceText(idpUser)],
  ],
  effects: { mayFollowDecision: true },
  decisions: ['deactivate', 'accept'],
  remedy: ({ user, idpUser }, actions) =>
    askEach([user], {
      problem: `In the identity provider as "${idpUser.subject}", but not assigned to the application: assign the person there, or deactivate the account.`,
      actions,
    }),
});
