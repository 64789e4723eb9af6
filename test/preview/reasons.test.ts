import { describe, expect, it } from 'vitest';
import { IDP_PROVIDERS } from '../../src/model/idp.js';
import { reasonsOf } from '../../src/preview/reasons.js';
import { userWords } from '../../src/preview/words.js';

/** Scripts ask for these: a name that is missing here was taken from somebody. */
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

  it.each(['users', 'groups', 'memberships'] as const)('of %s are called what they were always called', (list) => {
    expect([...reasons[list].sentences.keys()]).toEqual(NAMES[list]);
  });

  it.each(['users', 'groups', 'memberships'] as const)('of %s are told apart by their sentences', (list) => {
    for (const [name, sentence] of reasons[list].sentences) expect(reasons[list].of(sentence), name).toEqual([name]);
  });

  it('are several where several hold of a link', () => {
    const { link } = userWords(provider);
    const why = link({ isBlocked: true, isBasic: false, isEmailShared: true });
    expect(reasons.users.of(why)).toEqual(['link', 'blocked', 'shared']);
    expect(
      reasons.users
        .of(why)
        .map((name) => reasons.users.sentences.get(name))
        .join(' '),
    ).toBe(why);
  });

  it('are refused where they have no name', () => {
    expect(() => reasons.users.of('Because.')).toThrow('a reason without a name');
  });
});
