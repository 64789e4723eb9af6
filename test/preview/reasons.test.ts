import { describe, expect, it } from 'vitest';
import { IDP_PROVIDERS } from '../../src/model/idp.js';
import { reasonsOf, userWords } from '../../src/preview/words.js';

/** Scripts rely on these names: one that is missing would break them. */
const NAMES = {
  users: [
    'link',
    'blocked',
    'basic',
    'shared',
    'create',
    'second-account',
    'no-email',
    'no-subject',
    'never-activated',
    'not-provisioned',
    'only-alike',
    'twins',
    'same-subject',
    'subject-and-email',
    'special',
    'basic-alone',
    'inactive-alone',
    'active-alone',
    'beside-alone',
    'candidate',
  ],
  groups: [
    'link',
    'link-beside-alike',
    'create',
    'create-beside-alike',
    'create-beside-project',
    'twins',
    'same-name',
    'blank',
    'special',
    'no-groups',
    'no-group-list',
    'candidate',
    'untouched',
    'untouched-alike',
    'no-idp-list',
  ],
  memberships: [
    'added',
    'added-created',
    'lost-basic',
    'blocked-now',
    'skipped-blocked',
    'blocked-member',
    'skipped-strangers',
    'uncertain-user',
    'candidate',
    'candidate-member',
    'not-in-idp',
    'no-memberships',
  ],
} as const;

describe.each(IDP_PROVIDERS)('the reasons of %s', (provider) => {
  const reasons = reasonsOf(provider);

  it.each(['users', 'groups', 'memberships'] as const)('of %s have the names that they always had, each its own', (list) => {
    expect(reasons[list].map(({ names }) => names)).toEqual(NAMES[list].map((name) => [name]));
  });

  it.each(['users', 'groups', 'memberships'] as const)('of %s have different sentences', (list) => {
    expect(new Set(reasons[list].map(({ text }) => text)).size).toBe(NAMES[list].length);
  });

  it('are combined if several apply to a link', () => {
    const why = userWords(provider).link({ isBlocked: true, isBasic: false, isEmailShared: true });
    expect(why.names).toEqual(['link', 'blocked', 'shared']);
    const parts = why.names.map((name) => reasons.users.find(({ names }) => names[0] === name)?.text);
    expect(why.text).toBe(parts.join(' '));
  });
});
