import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sealedValue } from '../../src/app/plan-bytes.js';
import type { PlanBody } from '../../src/plan/plan.js';
import { madePlanOf, planText } from '../plan/planning.js';
import { organizationArbitrary } from '../support/organizations.js';

/** Seals a text as the planner would, whatever it holds. */
const sealed = (text: string): Buffer => {
  const empty = text.replace(/"sha256:[0-9a-f]{64}",$/m, '"",');
  return Buffer.from(empty.replace('"digest": "",', `"digest": "sha256:${createHash('sha256').update(empty).digest('hex')}",`));
};

const plainly = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return 'not JSON';
  }
};

function readPlainly(bytes: Buffer): void {
  expect(JSON.stringify(sealedValue(bytes))).toBe(JSON.stringify(plainly(bytes)));
}

test('a plan is what JSON.parse makes of it as a whole', () => {
  fc.assert(
    fc.property(organizationArbitrary, (organization) => {
      readPlainly(sealed(planText(madePlanOf(organization).body)));
    }),
    { numRuns: 100 },
  );
});

const BODY: PlanBody = madePlanOf({
  users: [{ place: 0, id: '7', input: 0, line: 2, userName: 'ada', email: 'ada@observatory.example', active: true, authenticationType: 'idp' }],
  groups: [],
  memberships: [],
  authMode: 'saml',
  syncGroups: null,
}).body;

/** As many actions as fill several pieces; some names have letters beyond ASCII and beyond Latin-1. */
const MANY = planText({
  ...BODY,
  actions: Array.from({ length: 6000 }, (_, at) => ({
    id: `a${at + 1}`,
    change: {
      kind: 'replace-user',
      user: String(at),
      attribute: 'userName',
      from: `${at % 2500 === 0 ? 'ünal' : at % 2600 === 0 ? 'žofie' : 'ada'}-${at}`,
      to: `ada.${at}@observatory.example`,
    },
    resolves: [`username-email-mismatch:${String(at).padStart(16, '0')}`],
  })),
});
const LINES = MANY.split('\n');

test('so is one of many pieces', () => {
  expect(MANY.length).toBeGreaterThan(4 << 18);
  readPlainly(sealed(MANY));
});

test('altered bytes are nothing', () => {
  const bytes = sealed(MANY);
  for (const at of [2, 40, 100, 1000, 300_000, bytes.length - 2]) {
    const altered = Buffer.from(bytes);
    altered[at] ^= 1;
    expect(sealedValue(altered)).toBeUndefined();
  }
  for (const length of [0, 10, 200, bytes.length - 1]) expect(sealedValue(bytes.subarray(0, length))).toBeUndefined();
  expect(sealedValue(Buffer.concat([Buffer.from('\ufeff'), bytes]))).toBeUndefined();
});

describe('a plan that was sealed again is left to JSON.parse, or is what that makes of it', () => {
  const replaced = (from: string | RegExp, to: string): string => {
    const text = MANY.replace(from, to);
    expect(text).not.toBe(MANY);
    return text;
  };
  test.each<[string, () => string]>([
    ['a list that is there twice', () => replaced('\n  "open": [', '\n  "actions": [],\n  "open": [')],
    ['a list that is there twice, once with escapes', () => replaced('\n  "open": [', '\n  "\\u0061ctions": [],\n  "open": [')],
    ['a list in another one', () => replaced('\n  "after": {', '\n  "after": {"actions": 1, ')],
    ['an element too few', () => replaced(/^ {4}\{"id":"a2",.*\n/m, '    ,\n')],
    ['a comma at the end', () => replaced(/\n {2}\],\n {2}"open"/, ',\n  ],\n  "open"')],
    ['a comma and an empty line at the end', () => replaced(/\n {2}\],\n {2}"open"/, ',\n\n  ],\n  "open"')],
    ['a missing comma', () => replaced(/\},\n {4}\{"id":"a3",/, '}\n    {"id":"a3",')],
    ['missing commas everywhere', () => LINES.map((line) => (line.startsWith('    {"id"') ? line.replace(/,$/, '') : line)).join('\n')],
    ['elements of several lines', () => MANY.replaceAll('"change":{', '"change":\n{')],
    ['empty lines between elements', () => MANY.replaceAll('\n    {"id"', '\n\n    {"id"')],
    ['blank pieces between elements', () => replaced('\n    {"id":"a9"', `\n${' '.repeat(1 << 19)}\n    {"id":"a9"`)],
    ['another order of lists', () => replaced(/(\n {2}"open": \[[\s\S]*?\n {2}\]),([\s\S]*)(\n {2}"decisions": \[[\s\S]*?\n {2}\])/, '$3,$2$1')],
    ['no list at all', () => replaced(/\n {2}"actions": \[\n[\s\S]*?\n {2}\],/, '')],
    ['a list that does not end', () => replaced(/\n {2}\],\n {2}"open"[\s\S]*/, '')],
    ['something after the end', () => `${MANY}{}`],
  ])('%s', (_, text) => {
    const bytes = sealed(text());
    const value = sealedValue(bytes);
    if (value !== undefined) expect(JSON.stringify(value)).toBe(JSON.stringify(plainly(bytes)));
  });

  test('any character of a short one', () => {
    const text = planText(BODY);
    for (let at = text.indexOf('"snapshot"'); at < text.length; at++) {
      for (const other of ['', ' ', '"', ',', '[', ']', '\n', '\\', 'a']) {
        const bytes = sealed(text.slice(0, at) + other + text.slice(at + 1));
        const value = sealedValue(bytes);
        if (value !== undefined) expect(JSON.stringify(value)).toBe(JSON.stringify(plainly(bytes)));
      }
    }
  });
});
