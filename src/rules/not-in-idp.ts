import type { User } from '../model/directory.js';
import type { FindingBase } from '../model/finding.js';
import { NO_FIT } from '../model/idp-match.js';
import { idpOf } from './idp.js';
import { askEach, cell, NO_NEEDS, NONE, placeText, type Rule, stateText, userData } from './rule.js';

export interface NotInIdp extends FindingBase {
  readonly rule: 'not-in-idp';
  readonly user: User;
}

export const notInIdp: Rule<NotInIdp> = {
  name: 'not-in-idp',
  severity: 'error',
  title: 'IdP users whom the identity provider does not have',
  finds: "An active user of authentication type IdP whose username and email are nobody's subject or email in the identity provider's exports.",
  why: 'Whoever signs in through the identity provider must be there, and be assigned to the Jama Connect application, or the sync does not look after the account: it stays active when the person leaves, and nobody can sign in to it.',
  fix: "Add the person in the identity provider or assign them to the application, deactivate the account if its owner has left, or change it to Basic if it is a service account. If the export covers only a part of the provider's users, export again.",
  example: 'User 33, "vera@example.com", signs in through Okta, but vera is not in the export of Okta, or not assigned to the application.',
  clause: 'idp-users',
  needs: NO_NEEDS,
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
  topic: ({ user }) => user.id,
  data: ({ user }, locate) => ({ user: userData(user), location: locate(user) }),
  redact: (finding, redactor) => ({ ...finding, user: redactor.user(finding.user) }),
  headings: ['id', 'username', 'email', 'user is', 'where'],
  rows: ({ user }, locate) => [[cell(user.id), cell(user.userName), cell(user.email), cell(stateText(user)), cell(placeText(locate(user)))]],
  mayFollowDecision: true,
  users: ({ user }) => [user],
  groups: () => NONE,
  decisions: ['deactivate', 'accept'],
  remedy: ({ user }) =>
    askEach(
      [user],
      ({ userName, email }) => `${userName} <${email}>`,
      "Not in the identity provider's exports, or not assigned to the application: add the person there, or deactivate the account.",
      ['deactivate', 'accept'],
    ),
};
