/** What may be decided follows from what is known of a user, never from how a name reads. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { User } from '../../src/model/directory.js';
import { DECISION_ACTIONS, type Question } from '../../src/model/finding.js';
import { onlyUserName } from '../../src/plan/answer-validation.js';
import { doneAlready, questionBinder } from '../../src/plan/question-context.js';
import { ROOT } from '../support/children.js';

/** Names that read like what this program writes. */
const NAMES = [
  'ana',
  '',
  'x <a@b.org>: y',
  'Inactive Basic user z: nothing',
  'Active IdP user z <z@x.org>: q',
  'This account is left out, so it stays as it is.',
  'The export has no status column, so the status of this user is not changed here.',
  '"Dome weather" signs in with the username of this user.',
] as const;

const texts = fc.oneof(fc.constantFrom(...NAMES), fc.string());
const users = fc.record({
  active: fc.boolean(),
  authenticationType: fc.constantFrom('basic' as const, 'idp' as const),
  isLeftOut: fc.boolean(),
  isStatusFixed: fc.boolean(),
  signsInFor: fc.option(fc.array(texts, { minLength: 1, maxLength: 3 }), { nil: undefined }),
});
const questions = fc.record({ actions: fc.subarray([...DECISION_ACTIONS]), proposed: fc.constantFrom(...DECISION_ACTIONS) });

function asked(
  state: typeof users extends fc.Arbitrary<infer T> ? T : never,
  asking: { readonly actions: Question['actions']; readonly proposed: Question['actions'][number] },
  userName: string,
  email: string,
): Question {
  const { isLeftOut, isStatusFixed, signsInFor, ...rest } = state;
  const user: User = {
    place: 0,
    id: '7',
    input: 0,
    line: 2,
    userName,
    email,
    ...rest,
    ...(isLeftOut ? { isLeftOut: true } : {}),
    ...(signsInFor === undefined ? {} : { signsInFor }),
  };
  const bind = questionBinder(
    {
      directory: { users: [user], groups: [], given: { groups: false, groupList: false, memberships: false } },
      policy: { authMode: 'multi', syncGroups: null, skipRules: [], severities: {}, leaveOutUsers: ['7'], allowEmpty: false } as never,
    },
    isStatusFixed ? [{ isStatusFixed: true }] : [{}],
  );
  const { actions, proposed } = asking;
  return bind({ subject: 'user', id: '7', current: userName, problem: `It is ${email}.`, actions, proposal: { action: proposed, value: '' } }, user);
}

test('the same state allows the same actions, whatever the user is called', () => {
  fc.assert(
    fc.property(users, questions, texts, texts, (state, asking, userName, email) => {
      const plain = asked(state, asking, 'ana', 'ana@dome.example');
      const hostile = asked(state, asking, userName, email);
      expect(hostile.actions).toEqual(plain.actions);
      expect(hostile.proposal).toEqual(plain.proposal);
      for (const action of DECISION_ACTIONS) expect(doneAlready(hostile, action)).toEqual(doneAlready(plain, action));
    }),
  );
});

test('of an account that is left out nothing is decided, and nobody is made what they are', () => {
  fc.assert(
    fc.property(users, questions, texts, (state, asking, userName) => {
      const { actions } = asked(state, asking, userName, 'ana@dome.example');
      if (state.isLeftOut) expect(actions).toEqual(['accept']);
      else {
        expect(actions).not.toContain(asking.actions.includes('activate') && state.active ? 'activate' : 'none');
        if (state.isStatusFixed) expect(actions.filter((action) => /activate/.test(action))).toEqual([]);
      }
    }),
  );
});

test('the username that is offered is the email of the account, whatever the username reads like', () => {
  fc.assert(
    fc.property(texts, (userName) => {
      const { user } = asked(
        { active: true, authenticationType: 'idp', isLeftOut: false, isStatusFixed: false, signsInFor: undefined },
        { actions: ['set-username'], proposed: 'accept' },
        userName,
        'ana@dome.example',
      );
      expect(onlyUserName(user, [])).toBe('ana@dome.example');
    }),
  );
});

test('no code of decisions searches a text that is for people', () => {
  for (const file of ['plan/question-context.ts', 'cli/decision-texts.ts', 'plan/settle-decisions.ts', 'plan/read-decisions.ts']) {
    // The characters of an answer are looked at, which no program wrote.
    const code = readFileSync(join(ROOT, 'src', file), 'utf8').replace('UNSEEN.test(text)', '');
    expect(code, file).not.toMatch(/RegExp|\.(?:exec|test|match|matchAll|startsWith|endsWith|search)\(/);
  }
});

test('nothing is known of a user without facts', () => {
  expect(onlyUserName(undefined, [])).toBeUndefined();
});
