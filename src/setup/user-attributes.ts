/** The attributes of the mapping of users: which stay, which must be removed, and which are used for matching. */

import type { Severity } from '../model/finding.js';
import { joined, type Note, note } from '../model/note.js';
import type { MappingCheckName } from './mapping-check.js';
import { type AttributeMapping, originOf, originText } from './schema-file.js';
import { shownAttribute } from './shown-values.js';

/** A statement of a check, before its location is known. */
export interface Stated {
  readonly check: MappingCheckName;
  readonly severity: Severity;
  readonly path: string;
  readonly message: Note;
}

/** The attributes that Jama Connect accepts, and the usual source of each. */
export const KEPT = {
  userName: 'userPrincipalName',
  active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
  'emails[type eq "work"].value': 'mail',
  'name.givenName': 'givenName',
  'name.familyName': 'surname',
} as const;

export type KeptName = keyof typeof KEPT;
export const KEPT_NAMES = Object.keys(KEPT).filter((name): name is KeptName => name in KEPT);

export interface Located {
  readonly attribute: AttributeMapping;
  readonly path: string;
  /** Undefined if it must be removed. */
  readonly kept?: KeptName;
}

/** SCIM names ignore case, and may include the schema that they belong to. */
const folded = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/^urn:ietf:params:scim:schemas:core:2\.0:user:/, '')
    .replace(/\s+/g, ' ');

const keptByFolded: ReadonlyMap<string, KeptName> = new Map(KEPT_NAMES.map((name) => [folded(name), name]));

/** Returns each attribute with its location and its name. `path` is the mapping's. */
export function locateAttributes(attributes: readonly AttributeMapping[], path: string): Located[] {
  return attributes.map((attribute, at) => {
    const kept = keptByFolded.get(folded(attribute.targetAttributeName));
    return { attribute, path: `${path === '' ? '' : `${path}.`}attributeMappings[${at}]`, ...(kept === undefined ? {} : { kept }) };
  });
}

/** Yields statements about attributes that are superfluous, missing, repeated, or spelled unusually. */
export function* checkPresence(located: readonly Located[], listPath: string): Iterable<Stated> {
  const firsts = new Map<KeptName, Located>();
  for (const each of located) {
    const { attribute, path, kept } = each;
    const whence = originText(originOf(attribute));
    if (kept === undefined) {
      const matched = isMatching(attribute) ? ' It is also used for matching.' : '';
      yield {
        check: 'attribute-must-go',
        severity: 'error',
        path,
        message: note`"${shownAttribute(attribute.targetAttributeName)}" is not supported by Jama Connect (it comes from ${whence}).${matched}`,
      };
      continue;
    }
    const first = firsts.get(kept);
    if (first !== undefined) {
      yield {
        check: 'attribute-twice',
        severity: 'error',
        path,
        message: note`${kept} is mapped here (from ${whence}) and in ${first.path}: it is not clear which one applies.`,
      };
      continue;
    }
    firsts.set(kept, each);
    if (attribute.targetAttributeName !== kept) {
      yield {
        check: 'attribute-setting',
        severity: 'warning',
        path,
        message: note`"${shownAttribute(attribute.targetAttributeName)}" probably means ${kept}, but is spelled differently; whether Jama Connect accepts it is not documented.`,
      };
    }
  }
  for (const name of KEPT_NAMES) {
    if (firsts.has(name)) continue;
    yield { check: 'attribute-missing', severity: 'error', path: listPath, message: `Nothing is mapped to ${name}; its usual source is ${KEPT[name]}.` };
  }
}

const isMatching = ({ matchingPriority }: AttributeMapping): boolean => (matchingPriority ?? 0) > 0;

/** Yields statements on whether accounts are looked up by userName first. */
export function* checkMatching(located: readonly Located[], listPath: string): Iterable<Stated> {
  const check = 'matching';
  const matching = located
    .filter(({ attribute }) => isMatching(attribute))
    .sort((a, b) => (a.attribute.matchingPriority ?? 0) - (b.attribute.matchingPriority ?? 0));
  const userName = located.find(({ kept }) => kept === 'userName');
  if (matching.length === 0) {
    yield { check, severity: 'error', path: listPath, message: 'No attribute is used for matching, so Entra cannot find existing accounts.' };
    return;
  }
  if (userName === undefined || !isMatching(userName.attribute)) {
    const first = matching.slice(0, 5).map(({ attribute }) => note`"${shownAttribute(attribute.targetAttributeName)}"`);
    const path = userName?.path ?? matching[0].path;
    yield {
      check,
      severity: 'error',
      path,
      message: note`Accounts are matched by ${joined(first, ', ')}${matching.length > 5 ? ' and others' : ''}, not by userName, so existing accounts would not be found.`,
    };
    return;
  }
  const own = userName.attribute.matchingPriority ?? 0;
  for (const { attribute, path, kept } of matching) {
    if (path === userName.path || kept === 'userName') continue;
    const precedence = attribute.matchingPriority ?? 0;
    const shown = note`"${shownAttribute(attribute.targetAttributeName)}"`;
    if (precedence > own) {
      yield {
        check,
        severity: 'warning',
        path,
        message: note`${shown} is also used for matching if userName finds no account (precedence ${precedence}); whether Jama Connect supports that is not documented.`,
      };
    } else {
      yield {
        check,
        severity: 'error',
        path,
        message: note`${shown} is used for matching ${precedence === own ? 'with the same precedence as' : 'before'} userName (precedence ${precedence}; userName has ${own}).`,
      };
    }
  }
}
