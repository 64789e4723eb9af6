/** Where the attributes that stay come from: the subject, the email, whether the account is active, the names. */

import { type Origin, originOf, originText, short } from './origin.js';
import type { AttributeMapping } from './schema-file.js';
import { KEPT, type KeptName, type Located, type Stated } from './user-attributes.js';

type Judgment = Pick<Stated, 'check' | 'severity' | 'message'>;

/** Yields what is to be said of the origin of each attribute that stays, and of its settings. */
export function* checkOrigins(located: readonly Located[]): Iterable<Stated> {
  for (const { attribute, path, kept } of located) {
    if (kept === undefined) continue;
    const origin = originOf(attribute);
    for (const judgment of judge[kept](origin)) yield { path, ...judgment };
    yield* checkSettings(attribute, kept, origin, path);
  }
}

const judge: Readonly<Record<KeptName, (origin: Origin) => Iterable<Judgment>>> = {
  userName: judgeSubject,
  'emails[type eq "work"].value': judgeEmail,
  active: judgeActive,
  'name.givenName': (origin) => judgeName('name.givenName', origin),
  'name.familyName': (origin) => judgeName('name.familyName', origin),
};

const isAttribute = (origin: Origin, name: string): boolean => origin.kind === 'attribute' && origin.name.toLowerCase() === name;

function* judgeSubject(origin: Origin): Iterable<Judgment> {
  const check = 'subject';
  const from = originText(origin);
  if (isAttribute(origin, 'userprincipalname')) return;
  if (isAttribute(origin, 'mail')) {
    yield {
      check,
      severity: 'warning',
      message:
        'userName comes from mail, so mail is the subject, and not the userPrincipalName of which the guide speaks. It holds only where single sign-on sends mail as well, and where everybody who is provisioned has one; whoever has none is skipped.',
    };
  } else if (isAttribute(origin, 'originaluserprincipalname')) {
    yield {
      check,
      severity: 'warning',
      message:
        'userName comes from originalUserPrincipalName: guests are sent with #EXT# in their name, which is not their email. Where guests are provisioned, they match nobody.',
    };
  } else if (origin.kind === 'function') {
    yield {
      check,
      severity: 'warning',
      message: `userName comes from ${from}: what it yields cannot be judged from this file. It must be exactly the username and the email in Jama Connect.`,
    };
  } else if (origin.kind === 'attribute') {
    yield { check, severity: 'error', message: `userName comes from ${from}, which is not the subject of single sign-on.` };
  } else {
    yield { check, severity: 'error', message: `userName comes from ${from}: nobody could be told apart by it.` };
  }
}

function* judgeEmail(origin: Origin): Iterable<Judgment> {
  const check = 'email';
  const from = originText(origin);
  if (isAttribute(origin, 'mail')) return;
  if (isAttribute(origin, 'userprincipalname')) {
    yield { check, severity: 'info', message: 'The email comes from userPrincipalName: it always equals the subject, whatever mail holds.' };
  } else if (origin.kind === 'constant' || origin.kind === 'nothing') {
    yield { check, severity: 'error', message: `The email comes from ${from}: Jama Connect needs an email of everybody's own.` };
  } else {
    yield { check, severity: 'warning', message: `The email comes from ${from}; the guide asks for the primary email, equal to the userPrincipalName.` };
  }
}

const FOLLOWS = ['issoftdeleted', 'accountenabled'];

function* judgeActive(origin: Origin): Iterable<Judgment> {
  const check = 'active';
  const from = originText(origin);
  if (origin.kind === 'constant' || origin.kind === 'nothing') {
    yield { check, severity: 'error', message: `active comes from ${from}: nobody would ever be deactivated, or everybody would.` };
    return;
  }
  const attributes = origin.kind === 'attribute' ? [origin.name.toLowerCase()] : [...origin.attributes];
  if (!attributes.some((name) => FOLLOWS.includes(name))) {
    yield { check, severity: 'error', message: `active comes from ${from}, which does not follow whether the account is blocked or deleted in Entra.` };
  } else if (isInverted(origin)) {
    yield {
      check,
      severity: 'error',
      message: `active comes from ${from}, which is the wrong way round: accounts that are deleted would be active, and the others not.`,
    };
  } else if (!attributes.includes('issoftdeleted')) {
    yield {
      check,
      severity: 'warning',
      message: `active comes from ${from}: whoever is blocked is deactivated, but whoever is no longer assigned to the application need not be.`,
    };
  } else if (!isKnown(origin)) {
    yield {
      check,
      severity: 'info',
      message: `active comes from ${from}: it is not one of the usual expressions, so look whether it yields True for those who may sign in.`,
    };
  }
}

const squeezed = ({ expression }: Extract<Origin, { kind: 'function' }>): string => expression.replace(/\s+/g, '').toLowerCase();

const USUAL = ['switch([issoftdeleted],,"false","true","true","false")', 'switch([issoftdeleted],,"true","false","false","true")', 'not([issoftdeleted])'];
const WRONG_WAY_ROUND = [
  'switch([issoftdeleted],,"true","true","false","false")',
  'switch([issoftdeleted],,"false","false","true","true")',
  'not([accountenabled])',
];

const isKnown = (origin: Origin): boolean => origin.kind === 'function' && USUAL.includes(squeezed(origin));
const isInverted = (origin: Origin): boolean =>
  isAttribute(origin, 'issoftdeleted') || (origin.kind === 'function' && WRONG_WAY_ROUND.includes(squeezed(origin)));

function* judgeName(name: 'name.givenName' | 'name.familyName', origin: Origin): Iterable<Judgment> {
  if (isAttribute(origin, KEPT[name].toLowerCase())) return;
  yield { check: 'attribute-setting', severity: 'info', message: `${name} comes from ${originText(origin)}, and not from ${KEPT[name]}.` };
}

/** Yields what a default value, or a time at which the attribute is sent, would do. */
function* checkSettings({ defaultValue, flowType }: AttributeMapping, kept: KeptName, origin: Origin, path: string): Iterable<Stated> {
  if (defaultValue != null && defaultValue !== '' && origin.kind !== 'constant' && kept !== 'active') {
    const isShared = kept === 'userName' || kept.startsWith('emails');
    yield {
      check: 'attribute-setting',
      severity: isShared ? 'warning' : 'info',
      path,
      message: `Where the source is empty, ${kept} becomes "${short(defaultValue)}"${isShared ? ': the same for everybody who lacks one' : ''}.`,
    };
  }
  const when = flowType?.trim().toLowerCase() ?? 'always';
  if (when === 'always' || when === '') return;
  yield {
    check: kept === 'active' ? 'active' : 'attribute-setting',
    severity: kept === 'active' ? 'error' : 'warning',
    path,
    message: `${kept} is not always sent (${short(flowType ?? '')}): later changes in Entra do not reach Jama Connect${kept === 'active' ? ', so nobody would be deactivated' : ''}.`,
  };
}
