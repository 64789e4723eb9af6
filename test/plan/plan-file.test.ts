import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { checkSeal } from '../../src/audit/sealed-document.js';
import type { PlanBody } from '../../src/plan/plan.js';
import { PlanAltered, parsePlan, rowsWrittenWith } from '../../src/plan/plan-file.js';
import { inOrder } from '../support/organizations.js';
import { madePlanOf, planText } from './planning.js';

const isDigestTrue = (text: string): boolean => checkSeal(text, NODE_DIGESTS) === 'whole';
const person = (id: string, userName: string, email: string) =>
  ({ place: 0, id, input: 0, line: 0, userName, email, active: true, authenticationType: 'idp' }) as const;

const BODY: PlanBody = madePlanOf({
  users: inOrder([person('7', 'a@x.org', 'b@x.org'), person('8', 'b@x.org', 'a@x.org'), person('9', 'ünal', 'unal@x.org')]),
  groups: [],
  memberships: [],
  authMode: 'saml',
  syncGroups: null,
}).body;
const TEXT = planText(BODY);

/** Returns an action that renames user 9. */
const renaming = (id: string, to: string, isTemporary = false): PlanBody['actions'][number] => ({
  id,
  change: { kind: 'replace-user', user: '9', attribute: 'userName', from: 'ünal', to, ...(isTemporary ? { temporary: true as const } : {}) },
  resolves: [],
});

const withoutDigest = (text: string): string => text.replace(/"sha256:[0-9a-f]{64}",$/m, '"",');

/** Seals a text as the planner would. */
const withDigest = (text: string): string => {
  const empty = withoutDigest(text);
  return empty.replace('"digest": "",', `"digest": "sha256:${createHash('sha256').update(empty).digest('hex')}",`);
};

const refusal = (text: string): unknown => {
  try {
    return parsePlan(text, 'plan.json', NODE_DIGESTS);
  } catch (error) {
    return error;
  }
};

test('a plan is read back as it was written', () => {
  expect(isDigestTrue(TEXT)).toBe(true);
  const { schemaVersion, kind, digest, ...body } = parsePlan(TEXT, 'plan.json', NODE_DIGESTS);
  expect(body).toEqual({ ...BODY, decisions: BODY.decisions.map(({ fingerprint, id, digest, facts }) => ({ fingerprint, id, digest, facts })) });
  expect([schemaVersion, kind]).toEqual([2, 'scim-audit/plan']);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(planText(body)).toBe(TEXT);
});

test('a plan without actions is read back as well', () => {
  const text = planText({ ...BODY, actions: [], open: [], decisions: [] });
  expect(parsePlan(text, 'plan.json', NODE_DIGESTS).actions).toEqual([]);
});

test('a plan that was made before rows had facts is read, and nothing is known of its rows', () => {
  const text = planText({ ...BODY, decisions: BODY.decisions.map(({ fingerprint, id, digest }) => ({ fingerprint, id, digest })) });
  expect(text).not.toContain('"facts"');
  expect(parsePlan(text, 'plan.json', NODE_DIGESTS).decisions.map(({ facts }) => facts)).toEqual(BODY.decisions.map(() => undefined));
  expect(rowsWrittenWith(text, NODE_DIGESTS)?.decisions).toHaveLength(BODY.decisions.length);
});

describe('whatever is altered is seen', () => {
  test('any byte, changed, left out or put in twice', () => {
    const bytes = Buffer.from(TEXT);
    for (let at = 0; at < bytes.length; at++) {
      for (const other of [bytes[at] ^ 1, 0x20, 0x31]) {
        if (other === bytes[at]) continue;
        const altered = Buffer.from(bytes);
        altered[at] = other;
        const text = altered.toString('utf8');
        if (isDigestTrue(text)) throw new Error(`byte ${at} was changed to ${other} and not seen`);
      }
      const before = bytes.subarray(0, at);
      if (isDigestTrue(Buffer.concat([before, bytes.subarray(at + 1)]).toString('utf8'))) throw new Error(`byte ${at} was left out and not seen`);
      if (isDigestTrue(Buffer.concat([before, bytes.subarray(at, at + 1), bytes.subarray(at)]).toString('utf8')))
        throw new Error(`byte ${at} was doubled and not seen`);
    }
  });
  test('a whole action', () => {
    const without = TEXT.split('\n').filter((line) => !line.includes('"id":"a2"'));
    expect(refusal(without.join('\n'))).toBeInstanceOf(PlanAltered);
  });
  test('two actions in another order', () => {
    const lines = TEXT.split('\n');
    const at = lines.findIndex((line) => line.includes('"id":"a1"'));
    [lines[at], lines[at + 1]] = [lines[at + 1], lines[at]];
    expect(refusal(lines.join('\n'))).toBeInstanceOf(PlanAltered);
  });
  test('line ends, a byte-order mark, another layout, something after the end', () => {
    for (const text of [TEXT.replaceAll('\n', '\r\n'), `\ufeff${TEXT}`, JSON.stringify(JSON.parse(TEXT)), `${TEXT} `, `${TEXT}{}`]) {
      expect(refusal(text)).toBeInstanceOf(PlanAltered);
    }
  });
  test('no digest, an empty one, a second one', () => {
    const [line = ''] = /^ {2}"digest": .*$/m.exec(TEXT) ?? [];
    for (const text of [TEXT.replace(`${line}\n`, ''), withoutDigest(TEXT), TEXT.replace(line, `${line}\n${line}`)]) {
      expect(isDigestTrue(text)).toBe(false);
      expect(refusal(text)).toBeInstanceOf(PlanAltered);
    }
  });
});

describe('what is refused', () => {
  test.each([
    ['no JSON', TEXT.replace(/\}\n$/, '')],
    ['more than JSON', `${TEXT}]`],
    ['actions that are none', TEXT.replace('"actions": [', '"actions": [null,')],
    ['decisions that are none', TEXT.replace('"decisions": [', '"decisions": [null,')],
  ])('what was sealed anew and is no plan: %s', (_, text) => {
    expect(refusal(withDigest(text))).toMatchObject({ name: 'UserError', message: expect.stringContaining('is not a plan that this program understands') });
    if (text.includes('[null,') && !text.includes('"actions": [null,')) expect(rowsWrittenWith(withDigest(text), NODE_DIGESTS)).toBeUndefined();
  });

  test('a file that is no plan', () => {
    for (const text of ['', 'not JSON', '{}', '[]', 'fingerprint,rule\r\n', '{"kind":"another/plan"}']) {
      expect(String(refusal(text))).toContain('plan.json is not a plan of scim-audit');
    }
  });
  test('a plan that was cut off', () => expect(refusal(TEXT.slice(0, TEXT.length / 2))).toBeInstanceOf(PlanAltered));
  test('a plan of a newer version, which is said and not taken for altered', () => {
    const newer = withDigest(TEXT.replace('"schemaVersion": 2', '"schemaVersion": 3'));
    expect(isDigestTrue(newer)).toBe(true);
    expect(String(refusal(newer))).toContain('schemaVersion 3; this program reads 2');
  });
  test('a well-sealed plan that holds what no plan holds', () => {
    const error = refusal(withDigest(TEXT.replace('"attribute":"userName"', '"attribute":"password"')));
    expect(error).not.toBeInstanceOf(PlanAltered);
    expect(String(error)).toContain('is not a plan that this program understands');
  });
});

test.each([
  ['two actions of one id', [renaming('a1', 'n@x.org'), renaming('a1', 'm@x.org')], 'a1: there are two actions with that id.'],
  ['a temporary username at the end', [renaming('a1', 'n@x.org', true)], 'a1: the temporary username would remain.'],
  ['a blank username', [renaming('a1', ' ')], 'a1: the username becomes blank.'],
] as const)('a well-sealed plan with %s is refused, and what is wrong is named', (_, actions, problem) => {
  const error = refusal(planText({ ...BODY, actions }));
  expect(error).toBeInstanceOf(PlanAltered);
  expect(error).toMatchObject({ details: [problem] });
});

test('a plan over other inputs with a new digest is a whole plan: it is the source that it does not fit', () => {
  const other = planText({ ...BODY, snapshot: { ...BODY.snapshot, inputs: BODY.snapshot.inputs.map((input) => ({ ...input, sha256: 'f'.repeat(64) })) } });
  expect(parsePlan(other, 'plan.json', NODE_DIGESTS).snapshot.inputs[0].sha256).toBe('f'.repeat(64));
});
