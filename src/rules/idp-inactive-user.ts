import { LOOK_UP, lookUpsOf } from '../model/idp-lookup.js';
import { EMAIL, ID, USER_IS, USERNAME, userRule, WHERE } from './define.js';
import { idpIdentity, idpOf, idpPlaceText, idpUser } from './idp.js';
import { askEach, calledUser } from './rule.js';

export const idpInactiveUser = userRule({
  name: 'idp-inactive-user',
  severity: 'warning',
  title: 'Active users who are blocked in the identity provider',
  finds: 'An active user of Jama Connect whose account in the identity provider is blocked, suspended or deactivated.',
  why: 'The sync either deactivates the account or ignores it, because a provider sends a deactivation only for accounts that it has linked. A person who still needs the account may lose access; the account of a person who has left may stay active and keep its license.',
  fix: 'If the person has left, deactivate the user in Jama Connect. If not, have the person reactivated in the identity provider before the first sync.',
  example: 'User 12 is active in Jama Connect; in Entra, accountEnabled is False for the same person.',
  clause: 'idp-deactivates',
  fields: { idpUser: idpUser() },
  idp: 'any',
  start: (context) => ({
    *findings() {
      const match = idpOf(context);
      const { partner, fit, directory } = match;
      const { outcomes, account } = lookUpsOf(context.index, match);
      // Either nobody else could be meant, or the look-up by username finds nobody else.
      const isMeant = (place: number, user: number): boolean => fit[place] === user || (outcomes[place] === LOOK_UP.blocked && account[place] === user);
      for (const user of context.index.users) {
        const place = partner[user.place];
        if (place < 0 || !user.active || directory.users[place].active || !isMeant(place, user.place)) continue;
        yield { rule: 'idp-inactive-user', severity: 'warning', user, idpUser: directory.users[place] };
      }
    },
  }),
  message: ({ user, idpUser }) =>
    `The ${calledUser(user)} is active in Jama Connect, and blocked in the identity provider as "${idpUser.subject}": the sync deactivates the account, or leaves it active without an owner.`,
  identity: ({ user, idpUser }) => [user.id, user.userName, user.email, ...idpIdentity([idpUser])],
  columns: [
    ID,
    USERNAME,
    EMAIL,
    USER_IS,
    ['blocked in the provider as', ({ userName }, { idpUser }) => ({ text: idpUser.subject, against: userName })],
    WHERE,
    ['there at', (_, { idpUser }) => idpPlaceText(idpUser)],
  ],
  effects: { mayFollowDecision: true },
  decisions: ['deactivate', 'accept'],
  remedy: ({ user, idpUser }, actions) =>
    askEach([user], {
      problem: `The person is active here and blocked in the identity provider as "${idpUser.subject}": deactivate the account, or have the person reactivated there.`,
      actions,
      propose: () => ({ action: 'deactivate', value: '' }),
    }),
});
