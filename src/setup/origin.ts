/** The source of a target attribute's value. */

import type { AttributeMapping } from './schema-file.js';

export type Origin =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'function'; readonly expression: string /** In lower case. */; readonly attributes: ReadonlySet<string> }
  | { readonly kind: 'nothing' };

/** Returns the origin; the kind that the file states takes precedence over what the expression looks like. */
export function originOf({ source, defaultValue }: AttributeMapping): Origin {
  const expression = source?.expression?.trim() ?? '';
  const name = source?.name?.trim() ?? '';
  const type = source?.type?.toLowerCase() ?? '';
  const [, single] = /^\[([^[\]]+)\]$/.exec(expression) ?? [];
  const [, quoted] = /^"([^"]*)"$/.exec(expression) ?? [];
  if (type === 'constant' || (type === '' && quoted !== undefined)) return { kind: 'constant', value: quoted ?? (expression || name) };
  if (type === 'attribute' || (type === '' && single !== undefined)) return { kind: 'attribute', name: single ?? name };
  if (expression !== '') return { kind: 'function', expression, attributes: attributesIn(expression) };
  if (name !== '') return type === 'function' ? { kind: 'function', expression: `${name}(…)`, attributes: new Set() } : { kind: 'attribute', name };
  // Without a source Entra always sends the default value.
  return defaultValue == null || defaultValue === '' ? { kind: 'nothing' } : { kind: 'constant', value: defaultValue };
}

/** Returns the attributes that an expression reads; quoted parts are text. */
function attributesIn(expression: string): Set<string> {
  return new Set(Array.from(expression.replace(/"[^"]*"/g, '""').matchAll(/\[([^[\]]+)\]/g), ([, name]) => name.trim().toLowerCase()));
}

/** Returns the origin in words. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'attribute':
      return origin.name;
    case 'constant':
      return `the constant "${short(origin.value)}"`;
    case 'function':
      return `the function ${short(origin.expression)}`;
    case 'nothing':
      return 'nothing';
  }
}

/** Returns a value shortened for a sentence. */
export function short(value: string): string {
  return value.length <= 120 ? value : `${[...value.slice(0, 118)].join('').replace(/[\ud800-\udbff]$/, '')}…`;
}
