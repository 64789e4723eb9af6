/** The origins of the attributes that stay: the subject, the email, the status, and the names. */

import { note } from '../model/note.js';
import { judgeActive } from './deciding-values.js';
import { type AttributeMapping, type Origin, originOf, originText } from './schema-file.js';
import { shownValue } from './shown-values.js';
import { KEPT, type KeptName, type Located, type Stated } from './user-attributes.js';

type Judgment = Pick<Stated, 'check' | 'severity' | 'message'>;

/** Yields statements about the origin of each attribute that stays, and about its settings. */
export function* checkOrigins(located: readonly Located[]): Iterable<Stated> {
  for (const { attribute, path, kept } of located) {
    if (kept === undefined) continue;
    const origin = originOf(attribute);
    for (const judgment of judge[kept](origin, attribute)) yield { path, ...judgment };
    yield* checkSettings(attribute, kept, origin, path);
  }
}

const judge: Readonly<Record<KeptName, (origin: Origin, attribute: AttributeMapping) => Iterable<Judgment>>> = {
  userName: judgeSubject,
  'emails[type eq "work"].value': judgeEmail,
  *active(origin, { defaultValue }) {
    for (const judgment of judgeActive(origin, defaultValue)) yield { check: 'active', ...judgment };
  },
  'name.givenName': (origin) => judgeName('name.givenName', origin),
  'name.familyName': (origin) => judgeName('name.familyName', origin),
};

const isAttribute = (origin: Origin, name: string): boolean => origin.kind === 'attribute' && origin.name.toLowerCase() === name;

function* judgeSubject(origin: Origin): Iterable<Judgment> {
  const check = 'subject';
  const whence = originText(origin);
  if (isAttribute(origin, 'userprincipalname')) return;
  if (isAttribute(origin, 'mail')) {
    yield {
      check,
      severity: 'warning',
      message:
        'userName comes from mail, so mail is the subject, not the userPrincipalName that the guide describes. This works only if single sign-on also sends mail and every user who is provisioned has one; users without mail are skipped.',
    };
  } else if (isAttribute(origin, 'originaluserprincipalname')) {
    yield {
      check,
      severity: 'warning',
      message:
        'userName comes from originalUserPrincipalName: guests are sent with #EXT# in their name, which is not their email. If guests are provisioned, they match no account.',
    };
  } else if (origin.kind === 'function') {
    yield {
      check,
      severity: 'warning',
      message: note`userName comes from ${whence}, whose values cannot be determined from this file. They must be exactly the usernames and the emails in Jama Connect.`,
    };
  } else if (origin.kind === 'attribute') {
    yield { check, severity: 'error', message: note`userName comes from ${whence}, which is not the subject of single sign-on.` };
  } else {
    yield { check, severity: 'error', message: note`userName comes from ${whence}, so users would have no distinct usernames.` };
  }
}

function* judgeEmail(origin: Origin): Iterable<Judgment> {
  const check = 'email';
  const whence = originText(origin);
  if (isAttribute(origin, 'mail')) return;
  if (isAttribute(origin, 'userprincipalname')) {
    yield { check, severity: 'info', message: 'The email comes from userPrincipalName: it always equals the subject, whatever value mail has.' };
  } else if (origin.kind === 'constant' || origin.kind === 'nothing') {
    yield { check, severity: 'error', message: note`The email comes from ${whence}, but Jama Connect needs a distinct email for every user.` };
  } else {
    yield { check, severity: 'warning', message: note`The email comes from ${whence}; the guide requires the primary email, equal to the userPrincipalName.` };
  }
}

function* judgeName(attribute: 'name.givenName' | 'name.familyName', origin: Origin): Iterable<Judgment> {
  if (isAttribute(origin, KEPT[attribute].toLowerCase())) return;
  yield { check: 'attribute-setting', severity: 'info', message: note`${attribute} comes from ${originText(origin)}, not from ${KEPT[attribute]}.` };
}

/** Yields statements about the effects of a default value, and of when the attribute is sent. */
function* checkSettings({ defaultValue, flowType }: AttributeMapping, kept: KeptName, origin: Origin, path: string): Iterable<Stated> {
  if (defaultValue != null && defaultValue !== '' && origin.kind !== 'constant' && kept !== 'active') {
    const isShared = kept === 'userName' || kept.startsWith('emails');
    yield {
      check: 'attribute-setting',
      severity: isShared ? 'warning' : 'info',
      path,
      message: note`If the source is empty, ${kept} becomes "${shownValue(defaultValue)}"${isShared ? ', the same value for every such user' : ''}.`,
    };
  }
  const when = flowType?.trim().toLowerCase() ?? 'always';
  if (when === 'always' || when === '') return;
  yield {
    check: kept === 'active' ? 'active' : 'attribute-setting',
    severity: kept === 'active' ? 'error' : 'warning',
    path,
    message: note`${kept} is not always sent (${shownValue(flowType?.trim() ?? '')}), so later changes in Entra do not reach Jama Connect${kept === 'active' ? ' and no user would be deactivated' : ''}.`,
  };
}
