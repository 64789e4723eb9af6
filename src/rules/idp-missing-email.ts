import { DIFFERENCES } from '../model/compare.js';
import { idpLocation } from '../model/idp.js';
import { snapshotRule } from './define.js';
import { choice, type FindingOf, location, optional, user } from './fields.js';
import { DIFFERS_IN, IN_WHAT, idpIdentity, idpOf, idpPlaceText, idpStateText, idpUser } from './idp.js';
import { askAboutExport } from './rule.js';

const FIELDS = {
  idpUser: idpUser(),
  user: optional(user('The one user of Jama Connect that matches.')),
  difference: optional(choice(DIFFERENCES, 'How the email differs from the subject; absent if the email is blank.')),
  location: location(),
};
type IdpMissingEmail = FindingOf<'idp-missing-email', typeof FIELDS>;

const sentence = ({ idpUser: { subject, email }, difference }: IdpMissingEmail): string =>
  difference === undefined
    ? `The Entra user "${subject}" has no primary email`
    : `The primary email "${email}" of the Entra user "${subject}" is not the userPrincipalName: they differ ${IN_WHAT[difference]}`;

export const idpMissingEmail = snapshotRule({
  name: 'idp-missing-email',
  severity: 'error',
  title: 'Entra users without the right email',
  finds:
    'An Entra user whose primary email is blank or is not exactly the userPrincipalName (a warning if only upper and lower case differ). Blocked users are reported only if they match a user of Jama Connect.',
  why: 'Entra does not require an email, but Jama Connect needs one for every provisioned user, and it must be the userPrincipalName. Entra does not send a blank email at all; a different one overwrites the email in Jama Connect, and the person cannot sign in.',
  fix: 'Enter the userPrincipalName as the primary email (the property "mail") in Entra, or change the userPrincipalName. Remove users who do not need Jama Connect from the application.',
  example: 'Entra has "dag@example.com" with an empty column mail.',
  clause: 'primary-email',
  fields: FIELDS,
  isIdleWithout: 'idpEmails',
  idp: 'entra',
  start: (context) => ({
    *findings() {
      const match = idpOf(context);
      const { users } = match.directory;
      const isPartner = new Uint8Array(users.length);
      for (const place of match.partner) if (place >= 0) isPartner[place] = 1;
      // A record that is in the export twice is reported once.
      const listed = new Set<string>();
      for (const idpUser of users) {
        const { place, subject, email, active } = idpUser;
        const isMissing = match.emailKey[place] < 0;
        if ((email === subject && !isMissing) || (!active && isPartner[place] === 0)) continue;
        const same = JSON.stringify([idpUser.id, subject, email]);
        if (listed.has(same)) continue;
        listed.add(same);
        const difference = isMissing ? undefined : context.index.collation.differenceOf(email, subject);
        const fit = match.fit[place];
        yield {
          rule: 'idp-missing-email',
          severity: difference === 'case' ? 'warning' : 'error',
          idpUser,
          ...(fit >= 0 ? { user: context.index.users[fit] } : {}),
          ...(difference === undefined ? {} : { difference }),
          location: idpLocation(idpUser),
        };
      }
    },
  }),
  message: (finding) => `${sentence(finding)}.`,
  identity: ({ idpUser }) => idpIdentity([idpUser]),
  topic: ({ idpUser }) => JSON.stringify(idpIdentity([idpUser])),
  columns: [
    ['userPrincipalName', ({ idpUser }) => idpUser.subject],
    ['primary email', ({ idpUser }) => ({ text: idpUser.email, against: idpUser.subject })],
    ['differs in', ({ difference }) => (difference === undefined ? 'no email' : DIFFERS_IN[difference])],
    ['the user is', ({ idpUser }) => idpStateText(idpUser)],
    ['is user id', ({ user }) => user?.id ?? ''],
    ['where', ({ idpUser }) => idpPlaceText(idpUser)],
  ],
  effects: { mayFollowDecision: true },
  remedy: (finding) => askAboutExport(finding.idpUser.subject, `${sentence(finding)}; correct it in Entra, then export again.`),
});
