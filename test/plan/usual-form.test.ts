import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DECISION_ACTIONS } from '../../src/model/finding.js';
import { planSchema } from '../../src/plan/plan.js';
import { areTexts, areUsualActions, areUsualRows } from '../../src/plan/plan-file.js';

/** Returns an arbitrary of objects with these members, of which one may be missing, added, in another place, or anything. */
const members = (known: Readonly<Record<string, fc.Arbitrary<unknown>>>, added: readonly string[] = []): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.record(known, { requiredKeys: [] }),
      fc.record(known),
      fc.constantFrom('whole', 'whole', 'whole', 'whole', 'part', 'turned', 'more', 'other'),
      fc.constantFrom(...Object.keys(known), 'toString', '__proto__', ...added),
      fc.oneof(fc.constant(null), fc.integer(), fc.constant(true), fc.string(), fc.constant([]), fc.constant({})),
    )
    .map(([part, whole, form, name, value]) => {
      if (form === 'part') return part;
      if (form === 'turned') return Object.fromEntries(Object.entries(whole).reverse());
      if (form === 'more' || form === 'other') return Object.fromEntries([...Object.entries(whole), [name, value]]);
      return whole;
    });

const text = fc.string({ maxLength: 3 });
const texts = fc.array(fc.oneof({ weight: 20, arbitrary: text }, { weight: 1, arbitrary: fc.constant(1) }), { maxLength: 2 });

const change = fc.oneof(
  members({ kind: fc.constant('replace-user'), user: text, attribute: fc.constantFrom('userName', 'email', 'active', 'id'), from: text, to: text }, [
    'temporary',
  ]),
  members({
    kind: fc.constant('replace-user'),
    user: text,
    attribute: fc.constant('userName'),
    from: text,
    to: text,
    temporary: fc.constantFrom(true, true, true, false),
  }),
  members({ kind: fc.constant('replace-group'), group: text, attribute: fc.constant('displayName'), from: text, to: text }, ['temporary']),
  members({ kind: fc.constantFrom('remove-member', 'add-member', 'toString'), group: text, user: text }),
);
const action = members({ id: text, change, resolves: texts });

const askedUser = members({ userName: text, email: text, active: fc.boolean(), authenticationType: fc.constantFrom('basic', 'idp') }, [
  'isLeftOut',
  'isStatusFixed',
  'signsInFor',
]).chain((user) =>
  fc
    .record({ isLeftOut: fc.constant(true), isStatusFixed: fc.constantFrom(true, true, false), signsInFor: texts }, { requiredKeys: [] })
    .map((more) => ({ ...Object(user), ...more })),
);
const facts = members({ actions: fc.array(fc.constantFrom(...DECISION_ACTIONS), { maxLength: 2 }), user: askedUser }, ['user']);
const row = fc.oneof(members({ fingerprint: text, id: text, digest: text, facts }), members({ fingerprint: text, id: text, digest: text }));

const { actions, decisions, open } = planSchema.shape;

test.each([
  ['actions', action, areUsualActions, actions],
  ['rows', row, areUsualRows, decisions],
  ['texts', fc.oneof(text, fc.integer()), areTexts, open],
] as const)('%s that are told from others as usual are what zod returns of them', (_, one, areUsual, schema) => {
  const seen = { usual: 0, others: 0 };
  fc.assert(
    fc.property(fc.oneof(fc.array(one, { maxLength: 2 }), fc.anything()), (value) => {
      const read: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
      const result = schema.safeParse(read);
      if (!areUsual(read)) {
        seen.others++;
        return;
      }
      if (Array.isArray(read) && read.length > 0) seen.usual++;
      expect(result.success).toBe(true);
      expect(JSON.stringify(result.data)).toBe(JSON.stringify(read));
    }),
    { numRuns: 2000 },
  );
  expect(seen.usual).toBeGreaterThan(30);
  expect(seen.others).toBeGreaterThan(30);
});
