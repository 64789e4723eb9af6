/** Makes rules: one states what only it can know, and the rest follows from the fields of its finding. */

import type { Group, Subject, User } from '../model/directory.js';
import type { FindingBase } from '../model/finding.js';
import type { IdpUser } from '../model/idp.js';
import { type Field, type Fields, type FindingOf, user, users } from './fields.js';
import { type Cell, type Locate, placeText, type Redactor, type Rule, stateText } from './rule.js';
import type { Shapes } from './shape.js';

/** A column of the rule's table: its heading, and what stands in the row of a subject. Rows count from 0 in each finding. */
export type Column<F, S = F> = readonly [heading: string, cell: (subject: S, finding: F, locate: Locate, row: number) => string | Cell];

/** What every rule states. */
type Stated<F extends FindingBase> = Pick<
  Rule<F>,
  'severity' | 'title' | 'finds' | 'why' | 'fix' | 'example' | 'clause' | 'start' | 'message' | 'identity' | 'decisions' | 'remedy'
>;

/** What a rule states only if it differs from most. */
type Differing<F extends FindingBase> = Partial<
  Pick<Rule<F>, 'needs' | 'isIdleWithout' | 'idp' | 'isAskedFor' | 'topic' | 'redact' | 'size' | 'effects' | 'mayBeAccepted'>
> & {
  /** The JSON fields, if they are not those of the finding; their location, if there is one, is among them. */
  readonly json?: { readonly shapes: Shapes; data(finding: F, locate: Locate): Readonly<Record<string, unknown>> };
};

type Spec<F extends FindingBase, S> = Stated<F> &
  Differing<F> & {
    /** The subjects that have a row of the table each; if absent, a finding is one row. */
    subjects?(finding: F): readonly S[];
    readonly columns: readonly Column<F, S>[];
  };

type Named<N extends string, Fs extends Fields> = { readonly name: N; readonly fields: Fs };

/** Whose place the finding has in the JSON report. */
type Placed<F> = { at?(finding: F): Subject };

/** Makes a rule of any shape; `subjects` and `columns` say what its table shows. */
export function defineRule<const N extends string, Fs extends Fields, S = FindingOf<N, Fs>>(
  spec: Named<N, Fs> & Spec<FindingOf<N, Fs>, S> & Placed<FindingOf<N, Fs>>,
): Rule<FindingOf<N, Fs>> {
  return assemble(spec);
}

const USER_COLUMNS: readonly Column<unknown, User>[] = [
  ['id', ({ id }) => id],
  ['username', ({ userName }) => userName],
  ['email', ({ email }) => email],
  ['user is', stateText],
  ['where', (each, _, locate) => placeText(locate(each))],
];

type UserFinding<N extends string, Fs> = FindingOf<N, Fs> & { readonly user: User };
type UsersFinding<N extends string, Fs> = FindingOf<N, Fs> & { readonly users: readonly User[] };

/** A rule that is about one user per finding: `user`, further `fields`, and the user's location. */
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

/** A rule that is about several users per finding: `users`, by place, and further `fields`; a row per user. */
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

/** A rule that is about the export as a whole: one that nobody can settle but by a better export, or by accepting it. */
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
