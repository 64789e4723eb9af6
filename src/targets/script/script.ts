/** The folder of scripts of a plan, as texts. */

import type { DatabaseNames, Dialect } from '../../model/database-names.js';
import { type Note, note, quotedName } from '../../model/note.js';
import type { Plan } from '../../plan/plan.js';
import { checkingScript, writingScript } from './mysql.js';
import { readme } from './readme.js';
import { workOf } from './rows.js';
import { checkingBatch, writingBatch } from './sqlserver.js';

const LONGEST_NAME: Readonly<Record<Dialect, number>> = { mysql: 64, sqlserver: 128 };

/** Returns the names of tables and columns that a script cannot be written with: its text is ASCII. */
export const unwritableNames = (names: DatabaseNames, dialect: Dialect): Note[] =>
  Object.entries(names).flatMap(([part, called]) =>
    Object.entries<string>(called).flatMap(([what, name]) =>
      /^[\x20-\x7e]+$/.test(name) && !name.endsWith(' ') && !name.includes('$(') && name.length <= LONGEST_NAME[dialect]
        ? []
        : [
            note`database.${part}.${what}: ${quotedName(name)} is longer than ${LONGEST_NAME[dialect]} characters, ends with a blank, holds $( or is not ASCII.`,
          ],
    ),
  );

/** The words for "no project" that the source was read with. */
function projectNulls(nulls: readonly string[]): string[] {
  return nulls.flatMap((text) =>
    text.startsWith('groups.project=') ? [text.slice('groups.project='.length)] : text.includes('.') && text.includes('=') ? [] : [text],
  );
}

/** Returns the files of the folder, by name; each is made as it is read. */
export function scriptFiles(plan: Plan, names: DatabaseNames, dialect: Dialect): ReadonlyMap<string, Iterable<string>> {
  const { apply, undo } = workOf(plan.actions);
  const request = { names, digest: plan.digest, nulls: projectNulls(plan.settings.nulls) };
  const [check, write] = dialect === 'mysql' ? [checkingScript, writingScript] : [checkingBatch, writingBatch];
  return new Map([
    ['check.sql', check({ ...request, work: apply })],
    ['apply.sql', write({ ...request, work: apply }, 'carries out a plan', 'apply.sql')],
    ['undo.sql', write({ ...request, work: undo }, 'undoes what apply.sql did', 'undo.sql')],
    ['README.txt', readme(plan, names, dialect)],
  ]);
}
