/**
 * Builders of rules. A rule states what only it can know; its JSON, schema, redaction, table rows and subjects follow from
 * the fields of its finding. `userRule`: one user per finding. `usersRule`: several. `snapshotRule`: the export as a whole.
 * `defineRule`: anything else, such as groups.
 */

import type { Group, Subject, User } from '../model/directory.js';
import type { FindingBase, Remedy } from '../model/finding.js';
import type { IdpUser } from '../model/idp.js';
import { type Field, type Fields, type FindingOf, user, users } from './fields.js';
import { type Cell, type Locate, placeText, type Redactor, type Rule, type Shapes, stateText } from './rule.js';

/** A column of the rule's table: its heading, and the function that returns the cell of a subject. `row` counts from 0 in each finding. */
export type Column<F, S = F> = readonly [heading: string, cell: (subject: S, finding: F, locate: Locate, row: number) => string | Cell];

/** What every rule states. */
type Stated<F extends FindingBase> = Pick<
  Rule<F>,
  'severity' | 'title' | 'finds' | 'why' | 'fix' | 'example' | 'clause' | 'start' | 'message' | 'identity' | 'decisions'
> & {
  /** See `Rule.remedy`; `actions` are the rule's `decisions`. */
  remedy(finding: F, actions: Rule['decisions']): Remedy;
};

/** What a rule states only if it differs from the default. */
type Differing<F extends FindingBase> = Partial<
  Pick<Rule<F>, 'needs' | 'isIdleWithout' | 'idp' | 'isAskedFor' | 'topic' | 'redact' | 'size' | 'effects' | 'mayBeAccepted'>
> & {
  /** The JSON fields, if they are not the fields of the finding. They include the location, if there is one. */
  readonly json?: { readonly shapes: Shapes; data(finding: F, locate: Locate): Readonly<Record<string, unknown>> };
};

type Spec<F extends FindingBase, S> = Stated<F> &
  Differing<F> & {
    /** Returns the subjects, each of which is a row of the table; absent: a finding is one row. */
    subjects?(finding: F): readonly S[];
    readonly columns: readonly Column<F, S>[];
  };

type Named<N extends string, Fs extends Fields> = { readonly name: N; readonly fields: Fs };

/** The subject whose location the finding has in the JSON report. */
type Placed<F> = { at?(finding: F): Subject };

/** Returns a rule of any shape; `subjects` and `columns` say what its table shows. */
export function defineRule<const N extends string, Fs extends Fields, S = FindingOf<N, Fs>>(
  spec: Named<N, Fs> & Spec<FindingOf<N, Fs>, S> & Placed<FindingOf<N, Fs>>,
): Rule<FindingOf<N, Fs>> {
  return assemble(spec);
}

/** Columns that tables of users and groups have in common. */
export const ID: Column<unknown, Subject> = ['id', ({ id }) => id];
export const USERNAME: Column<unknown, User> = ['username', ({ userName }) => userName];
export const EMAIL: Column<unknown, User> = ['email', ({ email }) => email];
export const USER_IS: Column<unknown, User> = ['user is', stateText];
export const WHERE: Column<unknown, Subject> = ['where', (subject, _, locate) => placeText(locate(subject))];

const USER_COLUMNS: readonly Column<unknown, User>[] = [ID, USERNAME, EMAIL, USER_IS, WHERE];

type UserFinding<N extends string, Fs> = FindingOf<N, Fs> & { readonly user: User };
type UsersFinding<N extends string, Fs> = FindingOf<N, Fs> & { readonly users: readonly User[] };

/** Returns a rule whose findings are about one user each: they have `user` and the rule's `fields`, and in JSON the user's location. */
export function userRule<const N extends string, Fs extends Fields = Record<never, never>>(
  spec: { readonly name: N; readonly fields?: Fs } & Stated<UserFinding<N, Fs>> &
    Differing<UserFinding<N, Fs>> & { readonly columns?: readonly Column<UserFinding<N, Fs>, User>[] },
): Rule<UserFinding<N, Fs>> {
  return assemble<UserFinding<N, Fs>, User>({
    topic: (finding) => finding.user.id,
    columns: USER_COLUMNS,
    ...spec,
    subjects: (finding) => [finding.user],
    at: (finding) => finding.user,
    fields: { user: user(), ...spec.fields },
  });
}

/** Returns a rule whose findings are about several users each: they have `users`, by place, and the rule's `fields`; the table has a row per user. */
export function usersRule<const N extends string, Fs extends Fields = Record<never, never>>(
  spec: { readonly name: N; readonly fields?: Fs } & Stated<UsersFinding<N, Fs>> &
    Differing<UsersFinding<N, Fs>> & { topic(finding: UsersFinding<N, Fs>): string; readonly columns?: readonly Column<UsersFinding<N, Fs>, User>[] },
): Rule<UsersFinding<N, Fs>> {
  return assemble<UsersFinding<N, Fs>, User>({
    columns: USER_COLUMNS,
    ...spec,
    subjects: (finding) => finding.users,
    fields: { users: users(2), ...spec.fields },
  });
}

/** Returns a rule about the export as a whole. Its findings are settled only by a better export, or by accepting them. */
export function snapshotRule<const N extends string, Fs extends Fields = Record<never, never>, S = FindingOf<N, Fs>>(
  spec: { readonly name: N; readonly fields?: Fs } & Omit<Spec<FindingOf<N, Fs>, S>, 'decisions'>,
): Rule<FindingOf<N, Fs>> {
  return assemble<FindingOf<N, Fs>, S>({ ...spec, decisions: ['accept'], fields: spec.fields ?? {} });
}

const ANY = (): readonly [] => [];

function assemble<F extends FindingBase, S>({
  name,
  fields,
  columns,
  subjects,
  at,
  json,
  remedy,
  ...spec
}: { readonly name: string; readonly fields: Fields } & Spec<F, S> & Placed<F>): Rule<F> {
  const entries = Object.entries(fields);
  const valueIn = (finding: F, name: string): unknown => Reflect.get(finding, name);
  const shown = entries.filter(([, { shape }]) => shape !== undefined);
  const secret = entries.filter(([, { redact }]) => redact !== undefined);

  function data(finding: F, locate: Locate): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    for (const [name, field] of shown) {
      const value = valueIn(finding, name);
      if (value !== undefined) found[name] = field.json === undefined ? value : field.json(value, locate);
    }
    if (at !== undefined) found.location = locate(at(finding));
    return found;
  }

  function redact(finding: F, redactor: Redactor): F {
    const aliases: Record<string, unknown> = {};
    for (const [name, field] of secret) {
      const value = valueIn(finding, name);
      if (value !== undefined) aliases[name] = field.redact?.(value, redactor);
    }
    return { ...finding, ...aliases };
  }

  function named<V>(collect: (field: Field<unknown>) => ((value: unknown) => readonly V[]) | undefined): (finding: F) => readonly V[] {
    const [first, ...others] = entries.flatMap(([name, field]) => {
      const of = collect(field);
      return of === undefined
        ? []
        : [
            (finding: F) => {
              const value = valueIn(finding, name);
              return value === undefined ? [] : of(value);
            },
          ];
    });
    if (first === undefined) return ANY;
    return others.length === 0 ? first : (finding) => [first, ...others].flatMap((of) => of(finding));
  }

  const idpUsers = named<IdpUser>((field) => field.idpUsers);
  return {
    needs: ANY,
    topic: () => '',
    redact,
    effects: {},
    ...spec,
    name,
    shapes: json?.shapes ?? {
      ...Object.fromEntries(shown.flatMap(([name, { shape }]) => (shape === undefined ? [] : [[name, shape]]))),
      ...(at === undefined ? {} : { location: { type: 'location' } }),
    },
    remedy: (finding) => remedy(finding, spec.decisions),
    data: json?.data ?? data,
    headings: columns.map(([heading]) => heading),
    rows(finding, locate) {
      const cellsOf = (subject: S, row: number): Cell[] =>
        columns.map(([, cell]) => {
          const shownCell = cell(subject, finding, locate, row);
          return typeof shownCell === 'string' ? { text: shownCell } : shownCell;
        });
      return subjects === undefined ? [cellsOf(finding as unknown as S, 0)] : subjects(finding).map(cellsOf);
    },
    users: named<User>((field) => field.users),
    groups: named<Group>((field) => field.groups),
    ...(idpUsers === ANY ? {} : { idpUsers }),
  };
}
