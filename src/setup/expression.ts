/**
 * Expressions of Entra's attribute mappings: read, and evaluated for given attributes. Only the functions that occur where
 * a value decides something are known (Microsoft, "Reference for writing expressions for attribute mappings").
 */

import { type Note, note, noteText, plainValue } from '../model/note.js';
import { short, shownValue } from './shown-values.js';

/** A value of an expression; null if there is none. Booleans are the texts True and False, as Entra passes them on. */
export type Value = string | null;

export type Expression =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'attribute' /** As written. */; readonly name: string }
  | { readonly kind: 'comparison'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  /** An argument that is left out is undefined. */
  | { readonly kind: 'call'; readonly name: string; readonly values: readonly (Expression | undefined)[] };

type Operator = '=' | '<>';

/** Why an expression cannot be evaluated. */
export class NotUnderstood extends Error {
  /** `why` is the end of a sentence that starts with "it". */
  constructor(readonly why: Note) {
    super(noteText(why));
  }
}

/** Nesting that no person writes; deeper ones are not read, so that no input exhausts the stack. */
const DEEPEST = 40;

const TOKENS =
  /\s*(?:(?<text>"(?:\\.|[^"\\])*")|\[(?<attribute>[^[\]]+)\]|(?<number>-?\d+(?:\.\d+)?)|(?<word>[A-Za-z_]\w*)|(?<sign><>|!=|<=|>=|[(),=<>])|(?<other>\S))/gy;

interface Token {
  readonly kind: 'text' | 'attribute' | 'word' | 'sign';
  readonly value: string;
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  for (const { groups = {} } of source.trimEnd().matchAll(TOKENS)) {
    const { text, attribute, number, word, sign, other } = groups;
    if (text !== undefined) tokens.push({ kind: 'text', value: text.slice(1, -1).replace(/\\(.)/gs, '$1') });
    else if (attribute !== undefined) tokens.push({ kind: 'attribute', value: attribute.trim() });
    else if (number !== undefined) tokens.push({ kind: 'text', value: number });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word });
    else if (sign !== undefined) tokens.push({ kind: 'sign', value: sign });
    else throw new NotUnderstood(note`has a character in an unexpected place: ${plainValue(other)}`);
  }
  return tokens;
}

/** Length of an expression beyond which it is not read: evaluating it for every input would take too long. */
const LONGEST = 4000;

/** Returns the expression. Throws NotUnderstood if it is not one, or uses a sign that is not known. */
export function readExpression(source: string): Expression {
  if (source.length > LONGEST) throw new NotUnderstood(`has ${source.length} characters`);
  const tokens = tokensOf(source);
  let at = 0;
  const isNext = (sign: string): boolean => tokens[at]?.kind === 'sign' && tokens[at].value === sign;
  const take = (sign: string): void => {
    if (!isNext(sign)) throw new NotUnderstood(`is not complete: "${sign}" is missing`);
    at++;
  };

  const operand = (depth: number): Expression => {
    if (depth > DEEPEST) throw new NotUnderstood(`nests more than ${DEEPEST} functions`);
    const token = tokens[at++];
    if (token === undefined) throw new NotUnderstood('ends too early');
    if (token.kind === 'text') return { kind: 'text', value: token.value };
    if (token.kind === 'attribute') return { kind: 'attribute', name: token.value };
    if (token.kind === 'sign') throw new NotUnderstood(`has "${token.value}" in an unexpected place`);
    if (!isNext('(')) {
      if (/^(?:true|false)$/i.test(token.value)) return { kind: 'text', value: token.value.toLowerCase() === 'true' ? 'True' : 'False' };
      throw new NotUnderstood(note`has the word "${shownValue(token.value)}" in an unexpected place`);
    }
    take('(');
    const values: (Expression | undefined)[] = [];
    if (!isNext(')')) {
      for (;;) {
        values.push(isNext(',') || isNext(')') ? undefined : condition(depth + 1));
        if (!isNext(',')) break;
        at++;
      }
    }
    take(')');
    return { kind: 'call', name: token.value, values };
  };

  const condition = (depth: number): Expression => {
    const left = operand(depth);
    const sign = tokens[at];
    if (sign?.kind !== 'sign' || ['(', ')', ','].includes(sign.value)) return left;
    at++;
    const operator = sign.value === '!=' ? '<>' : sign.value;
    if (operator !== '=' && operator !== '<>') throw new NotUnderstood(`compares by "${sign.value}"`);
    return { kind: 'comparison', operator, left, right: operand(depth) };
  };

  const expression = condition(0);
  if (at < tokens.length) throw new NotUnderstood(note`goes on after its end: ${shownValue(tokens[at].value)}`);
  return expression;
}

/** How to read what the reference leaves open. */
export interface Reading {
  /** Are texts equal that differ in upper and lower case only. */
  readonly ignoresCase: boolean;
  /** What a condition of IIF gives if an attribute in it is empty; the reference says only that the check fails. */
  readonly emptyCondition: boolean;
}

/** Every way to read an expression: what is certain holds in all of them. */
export const READINGS: readonly Reading[] = [false, true].flatMap((ignoresCase) => [false, true].map((emptyCondition) => ({ ignoresCase, emptyCondition })));

const booleanOf = (value: Value, what: string): boolean => {
  const folded = value?.toLowerCase();
  if (folded === 'true' || folded === 'false') return folded === 'true';
  throw new NotUnderstood(
    value === null ? `needs True or False in ${what}, and gets nothing` : note`needs True or False in ${what}, and gets "${shownValue(value)}"`,
  );
};
const textOf = (value: boolean): string => (value ? 'True' : 'False');

/** Returns the value of an expression; `attributes` gives those of attributes by their names in lower case. Throws NotUnderstood. */
export function evaluate(expression: Expression, attributes: (name: string) => Value, reading: Reading): Value {
  const equal = (a: Value, b: Value): boolean => a !== null && b !== null && (reading.ignoresCase ? a.toLowerCase() === b.toLowerCase() : a === b);
  let isEmptyAsked = false;

  const resultOf = (each: Expression | undefined): Value => {
    if (each === undefined) return null;
    switch (each.kind) {
      case 'text':
        return each.value;
      case 'attribute': {
        const value = attributes(each.name.toLowerCase());
        if (value === null || value === '') isEmptyAsked = true;
        return value;
      }
      case 'comparison':
        return textOf(equal(resultOf(each.left), resultOf(each.right)) === (each.operator === '='));
      case 'call':
        return call(each.name, each.values);
    }
  };

  const call = (name: string, values: readonly (Expression | undefined)[]): Value => {
    const need = (least: number, most = least): void => {
      if (values.length >= least && values.length <= most) return;
      throw new NotUnderstood(`gives ${name} ${values.length} ${values.length === 1 ? 'value' : 'values'}`);
    };
    switch (name.toLowerCase()) {
      case 'iif': {
        need(3);
        isEmptyAsked = false;
        const condition = resultOf(values[0]);
        const isTrue = isEmptyAsked ? reading.emptyCondition : booleanOf(condition, 'the condition of IIF');
        return resultOf(values[isTrue ? 1 : 2]);
      }
      case 'switch': {
        need(2, Number.POSITIVE_INFINITY);
        if (values.length % 2 === 1) throw new NotUnderstood('gives Switch a key without a value');
        const source = resultOf(values[0]) ?? '';
        for (let at = 2; at < values.length; at += 2) if (equal(source, resultOf(values[at]) ?? '')) return resultOf(values[at + 1]);
        return resultOf(values[1]);
      }
      case 'not':
        need(1);
        return textOf(resultOf(values[0])?.toLowerCase() !== 'true');
      case 'cbool':
        need(1);
        return textOf(booleanOf(resultOf(values[0]), 'CBool'));
      case 'cstr':
        need(1);
        return resultOf(values[0]);
      case 'isnull':
        need(1);
        return textOf(resultOf(values[0]) === null);
      case 'isnullorempty':
        need(1);
        return textOf((resultOf(values[0]) ?? '') === '');
      case 'ispresent':
        need(1);
        return textOf((resultOf(values[0]) ?? '') !== '');
      case 'coalesce':
        for (const each of values) {
          const value = resultOf(each);
          if (value !== null) return value;
        }
        return null;
      case 'append':
        need(2);
        return `${resultOf(values[0]) ?? ''}${resultOf(values[1]) ?? ''}`;
      case 'tolower':
        need(1, 2);
        return resultOf(values[0])?.toLowerCase() ?? null;
      case 'toupper':
        need(1, 2);
        return resultOf(values[0])?.toUpperCase() ?? null;
      default:
        throw new NotUnderstood(`uses the function ${short(name)}`);
    }
  };
  return resultOf(expression);
}

/** Returns the parts of an expression, each once and without an order. */
function* partsOf(expression: Expression): Iterable<Expression> {
  const waiting: Expression[] = [expression];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    yield each;
    if (each.kind === 'comparison') waiting.push(each.left, each.right);
    if (each.kind === 'call') for (const value of each.values) if (value !== undefined) waiting.push(value);
  }
}

/** Limit on the combinations of attributes that are tried. */
const MOST_WORLDS = 5000;

/** A text that no expression names. */
export const ANOTHER = 'another value';

/**
 * Returns every combination of values of the attributes that an expression reads, those in `known` excepted: nothing, an
 * empty text, each text that the expression names, and another one. By names in lower case. Throws NotUnderstood if there
 * are too many.
 */
export function* worldsOf(expression: Expression, known: ReadonlySet<string>): Iterable<ReadonlyMap<string, Value>> {
  const names = new Set<string>();
  const texts = new Set<Value>([null, '', ANOTHER]);
  for (const part of partsOf(expression)) {
    if (part.kind === 'text') texts.add(part.value);
    if (part.kind === 'attribute' && !known.has(part.name.toLowerCase())) names.add(part.name.toLowerCase());
  }
  const values = [...texts];
  const attributes = [...names];
  if (values.length ** attributes.length > MOST_WORLDS) throw new NotUnderstood(`depends on ${attributes.length} other attributes in too many ways`);
  for (let number = 0; number < values.length ** attributes.length; number++) {
    let rest = number;
    yield new Map(
      attributes.map((name) => {
        const value = values[rest % values.length];
        rest = Math.floor(rest / values.length);
        return [name, value];
      }),
    );
  }
}
