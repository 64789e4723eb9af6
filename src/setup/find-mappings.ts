/** Which mapping of a schema is the one of users, and which the one of groups. */

import { UserError } from '../model/user-error.js';
import { count } from '../rules/rule.js';
import { short } from './origin.js';
import type { LocatedMapping, SchemaFile } from './schema-file.js';

export interface FoundMappings {
  readonly user: LocatedMapping;
  /** Other mappings of users to the application, which are not judged. */
  readonly otherUsers: readonly LocatedMapping[];
  readonly group?: LocatedMapping;
  readonly otherGroups: readonly LocatedMapping[];
}

/** The name by which Entra calls an application that is in no gallery, as the guide's is. */
const USUAL_TARGET = 'customappsso';

const ENTRA_ITSELF = /^(?:azure active directory|microsoft entra id|windows azure active directory)$/i;

/** `User`, or a SCIM schema that ends in it. */
const isCalled = (name: string | null | undefined, what: 'user' | 'group'): boolean => {
  const folded = name?.trim().toLowerCase() ?? '';
  return folded === what || (folded.startsWith('urn:ietf:params:scim:schemas:') && folded.endsWith(`:${what}`));
};

/** Returns the mappings of users and groups that lead from Entra to the application. Throws a UserError where none is of users. */
export function findMappings({ file, mappings }: SchemaFile): FoundMappings {
  const leading = mappings.filter(({ targetDirectory }) => !ENTRA_ITSELF.test(targetDirectory.trim()));
  const of = (what: 'user' | 'group'): LocatedMapping[] =>
    leading.filter(({ mapping }) => isCalled(mapping.sourceObjectName, what) && isCalled(mapping.targetObjectName, what)).sort((a, b) => rank(a) - rank(b));
  const [user, ...otherUsers] = of('user');
  if (user === undefined) {
    throw new UserError(
      `${file} holds no mapping of users to an application.`,
      'Take the schema of the application that provisions Jama Connect, from Entra to the application.',
      mappings.length === 0
        ? ['It holds no mappings at all.']
        : [...mappings.slice(0, 20).map(describe), ...(mappings.length > 20 ? [`… and ${count(mappings.length - 20, 'more', 'more')}.`] : [])],
    );
  }
  if (user.mapping.attributeMappings == null) {
    throw new UserError(
      `${file} does not say which attributes ${user.path || 'the mapping'} has: there are no "attributeMappings".`,
      'Export the whole schema; a part of it cannot be judged.',
    );
  }
  const [group, ...otherGroups] = of('group');
  return { user, otherUsers, ...(group === undefined ? {} : { group }), otherGroups };
}

/** First those to the usual target, and of these first those that are on. */
const rank = ({ targetDirectory, mapping }: LocatedMapping): number =>
  (targetDirectory.trim().toLowerCase() === USUAL_TARGET ? 0 : 2) + (mapping.enabled === false ? 1 : 0);

function describe({ mapping, path, sourceDirectory, targetDirectory }: LocatedMapping): string {
  const end = (directory: string, object: string | null | undefined): string => `"${short(object ?? '')}" of "${short(directory)}"`;
  return `${path || 'the file'} maps ${end(sourceDirectory, mapping.sourceObjectName)} to ${end(targetDirectory, mapping.targetObjectName)}.`;
}
