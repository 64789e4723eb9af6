/** The folder of scripts of a plan, as texts; and what can be proved of the plan without its source. */

import type { DatabaseNames, Dialect } from '../../model/database-names.js';
import type { User } from '../../model/directory.js';
import { type Note, note, quotedName } from '../../model/note.js';
import type { Plan } from '../../plan/plan.js';
import { whyUnsafe } from '../../plan/prove-again.js';
import { checkingScript, writingScript } from './mysql.js';
import { workOf } from './rows.js';
import { checkingBatch, writingBatch } from './sqlserver.js';

// README.txt of a folder of scripts.

const RUN: Readonly<Record<Dialect, (digest: string) => Readonly<Record<'check' | 'rehearse' | 'apply' | 'undo', readonly string[]>>>> = {
  mysql: (digest) => ({
    check: ['mysql DB < check.sql'],
    rehearse: ['mysql DB < apply.sql'],
    apply: [`mysql --init-command="SET @scim_audit_apply='${digest}'" DB < apply.sql`],
    undo: ['mysql DB < undo.sql', `mysql --init-command="SET @scim_audit_apply='${digest}'" DB < undo.sql`],
  }),
  sqlserver: (digest) => ({
    check: ['sqlcmd -b -I -x -d DB -i check.sql'],
    rehearse: ['sqlcmd -b -I -x -d DB -i apply.sql'],
    apply: [`In apply.sql, set the variable @scim_audit_apply at its head to N'${digest}', then:`, 'sqlcmd -b -I -x -d DB -i apply.sql'],
    undo: ['sqlcmd -b -I -x -d DB -i undo.sql', 'With the variable @scim_audit_apply at its head set as in apply.sql, the same command undoes.'],
  }),
};

const ABOUT: Readonly<Record<Dialect, string>> = {
  mysql:
    'For MySQL 8 and MariaDB. They were tested on MariaDB; of MySQL 8 they use only what both have, but they were not run on it. The account needs the right to make temporary tables.',
  sqlserver: 'For Microsoft SQL Server. THEY HAVE NEVER BEEN RUN ON IT: try them on a restored copy of the database first.',
};

const indented = (lines: readonly string[]): string => lines.map((line) => `       ${line}\n`).join('');

/** Returns the text: what to run in which order, what the output says, and what to do when a script refuses. */
function readme(plan: Plan, names: DatabaseNames, dialect: Dialect): readonly string[] {
  const run = RUN[dialect](plan.digest);
  const hasStatus = plan.actions.some(({ change }) => change.kind === 'replace-user' && change.attribute === 'active');
  const hasEmail = plan.actions.some(({ change }) => change.kind === 'replace-user' && change.attribute === 'email' && change.from === '');
  return [
    `Scripts of scim-audit for the database of Jama Connect

Plan: ${plan.digest}, ${plan.actions.length} actions
Tables: ${[names.users.table, names.groups.table, names.memberships.table].join(', ')}
${ABOUT[dialect]}

The vendor does not support direct changes of the database. Ask Jama Support before you run apply.sql.

In this order (DB is the name of the database):

    1. Check, at any time. It only reads.
${indented(run.check)}    2. Back up the database.
    3. Stop Jama Connect: it keeps users in memory, and would write over what the script changes.
    4. Rehearse. Every statement runs, and then everything is rolled back.
${indented(run.rehearse)}    5. Apply. Nothing is committed unless every row was as planned and is then as it should be.
${indented(run.apply)}    6. Start Jama Connect, export again, and compare: scim-audit verify PLAN SOURCE

To go back, stop Jama Connect, rehearse undo.sql, and run it with the same consent:
${indented(run.undo)}
The last row of the output is the result. Only this row counts, not the exit code:

    DONE          everything was changed and committed
    REHEARSED     everything would succeed; nothing was changed
    ALREADY DONE  the rows are as the script leaves them, from an earlier run; nothing was changed
    REFUSED       nothing was changed; the rows above it, or the error, say why
    any other     counts as REFUSED: the connection was lost, or the program stopped

The exit code of the stock client is other than 0 after a refusal, but not if it runs with --force.

What check.sql says of a row:

    as planned          the value is still what the plan starts from, byte for byte
    done already        the value is what the plan gives
    changed otherwise   somebody changed it since the export; the value found is shown
    missing             there is no such row

If a script refuses:

    - Rows that are not as planned: export again, and make a new plan from the export.
    - Somebody else holds a username that the plan gives: the same.
    - A lock: another program, perhaps Jama Connect itself, has the rows open. Stop it and run the script again.
    - A table or column is missing: the setting "database" in scim-audit.config.json names them. Then write the scripts again.
    - Memberships with further columns: make these changes in Jama Connect.
    - The digest of another plan: use the one above.
`,
    ...(hasStatus
      ? [
          `
Deactivating and activating: the script changes the column ${names.users.disabled} and no license. Check the licenses in Jama Connect
afterward. NULL and F both mean active; undo.sql writes F (or 0, if the column holds numbers) for either of them.
`,
        ]
      : []),
    ...(hasEmail ? ['\nAn email that was NULL is an empty text after undo.sql.\n'] : []),
    '\nThese files hold usernames and emails, if only as hexadecimal digits. Delete them when you no longer need to go back.\n',
  ].map((text) => text.replace(/[^\x0a\x20-\x7e]/g, '?'));
}

// What can be proved of a plan without its source: the scripts compare the rest with the database.

/** Returns why the actions of a plan must not be carried out; undefined if nothing speaks against them. */
export function whyRefused(plan: Plan): string | undefined {
  return whyUnsafe(plan, usersOf(plan), false);
}

/** Returns the users that the plan changes, as they are before it; what it does not say of them is blank. */
function usersOf({ actions }: Plan): User[] {
  const users = new Map<string, { id: string; place: number; userName?: string; email?: string; active?: boolean }>();
  for (const { change } of actions) {
    if (change.kind !== 'replace-user') continue;
    const user = users.get(change.user) ?? { id: change.user, place: users.size };
    users.set(change.user, user);
    if (change.attribute === 'active') user.active ??= change.from === 'true';
    else user[change.attribute] ??= change.from;
  }
  return [...users.values()].map(({ userName = '', email = '', active = true, ...user }) => ({
    ...user,
    userName,
    email,
    active,
    authenticationType: 'idp',
    input: 0,
    line: 0,
  }));
}

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
