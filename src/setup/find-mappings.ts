/** Which mappings of a schema are the one of users and the one of groups. */

import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { count } from '../rules/rule.js';
import { short } from './origin.js';
import type { LocatedMapping, SchemaFile } from './schema-file.js';

export interface FoundMappings {
  readonly user: LocatedMapping;
  /** Other mappings of users to the application, which are not checked. */
  readonly otherUsers: readonly LocatedMapping[];
  readonly group?: LocatedMapping;
  readonly otherGroups: readonly LocatedMapping[];
}

/** Entra's name for an application that is not from its gallery, like the guide's. */
const USUAL_TARGET = 'customappsso';

const ENTRA_ITSELF = /^(?:azure active directory|microsoft entra id|windows azure active directory)$/i;

/** `User`, or a SCIM schema that ends in it. */
const isCalled = (name: string | null | undefined, what: 'user' | 'group'): boolean => {
  const folded = name?.trim().toLowerCase() ?? '';
  return folded === what || (folded.startsWith('urn:ietf:params:scim:schemas:') && folded.endsWith(`:${what}`));
};

/** Returns the mappings of users and groups from Entra to the application. Throws a UserError if there is none of users. */
export function findMappings({ file, mappings }: SchemaFile): FoundMappings {
  const leading = mappings.filter(({ targetDirectory }) => !ENTRA_ITSELF.test(targetDirectory.trim()));
  const of = (what: 'user' | 'group'): LocatedMapping[] =>
    leading.filter(({ mapping }) => isCalled(mapping.sourceObjectName, what) && isCalled(mapping.targetObjectName, what)).sort((a, b) => rank(a) - rank(b));
  const [user, ...otherUsers] = of('user');
  if (user === undefined) {
    throw new UserError(
      `${file} contains no mapping of users to an application.`,
      'Export the schema of the application that provisions Jama Connect, with mappings from Entra to the application.',
      mappings.length === 0
        ? ['It contains no mappings at all.']
        : [...mappings.slice(0, 20).map(describe), ...(mappings.length > 20 ? [`… and ${count(mappings.length - 20, 'more', 'more')}.`] : [])],
    );
  }
  if (user.mapping.attributeMappings == null) {
    throw new UserError(
      note`${file} has no "attributeMappings" for ${user.path || 'the mapping'}.`,
      'Export the whole schema; a part of it cannot be checked.',
    );
  }
  const [group, ...otherGroups] = of('group');
  return { user, otherUsers, ...(group === undefined ? {} : { group }), otherGroups };
}

/** First those to the usual target, and among these first those that are on. */
const rank = ({ targetDirectory, mapping }: LocatedMapping): number =>
  (targetDirectory.trim().toLowerCase() === USUAL_TARGET ? 0 : 2) + (mapping.enabled === false ? 1 : 0);

function describe({ mapping, path, sourceDirectory, targetDirectory }: LocatedMapping): string {
  const end = (directory: string, object: string | null | undefined): string => `"${short(object ?? '')}" of "${short(directory)}"`;
  return `${path || 'the file'} maps ${end(sourceDirectory, mapping.sourceObjectName)} to ${end(targetDirectory, mapping.targetObjectName)}.`;
}
