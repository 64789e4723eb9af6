/** What stands in the JSON report, as data: the JSON Schema and the rule's page in docs/rules are made of it. */

export type Shape = (
  | { readonly type: 'text' | 'date' | 'flag' | 'user' | 'placedUser' | 'group' | 'idpUser' | 'location' }
  | { readonly type: 'number'; readonly min: number }
  | { readonly type: 'choice'; readonly of: readonly string[] }
  | { readonly type: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  | { readonly type: 'object'; readonly fields: Shapes }
  | { readonly type: 'either'; readonly of: readonly Shape[] }
) & {
  readonly about?: string;
  readonly isNullable?: true;
  readonly isOptional?: true;
};

/** By name, in the order of the report. */
export type Shapes = Readonly<Record<string, Shape>>;
