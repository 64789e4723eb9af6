/** What Entra sends as `userName`, by its provisioning schema. */

import { note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { findMappings, originOf, originText, type SchemaFile } from './schema-file.js';

/** Returns the attribute that `userName` is mapped from. Throws a UserError if it is not mapped from one attribute. */
export function subjectOfSchema(schema: SchemaFile): string {
  const { user } = findMappings(schema);
  const mapped = (user.mapping.attributeMappings ?? []).filter(({ targetAttributeName }) => targetAttributeName.trim().toLowerCase() === 'username');
  const [only, ...others] = mapped;
  if (only === undefined || others.length > 0) {
    throw new UserError(
      note`${quoted(schema.file)} maps ${only === undefined ? 'nothing' : `${mapped.length} attributes`} to userName, so what Entra looks for is not known.`,
      'Correct the mapping in Entra ("scim-audit mapping FILE" says how), and export the schema again.',
    );
  }
  const origin = originOf(only);
  if (origin.kind === 'attribute') return origin.name;
  throw new UserError(
    note`${quoted(schema.file)} maps userName from ${originText(origin)}, whose values cannot be determined from the file.`,
    'Map userName from one attribute, or export a column that holds the values and name it with --column idpUsers.subject="…" instead of giving the schema.',
  );
}
