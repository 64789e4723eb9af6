import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Severity } from '../../src/model/finding.js';
import { type Note, noteText } from '../../src/model/note.js';
import { evaluate, NotUnderstood, READINGS, readExpression, type Value } from '../../src/setup/expression.js';
import { judgeActive, judgeGroupName } from '../../src/setup/origins.js';
import { originOf } from '../../src/setup/schema-file.js';

const originOfText = (expression: string) => originOf({ targetAttributeName: 'active', source: { expression } });
type Judged = Iterable<{ readonly severity: Severity; readonly message: Note }>;
const told = (judged: Judged) => Array.from(judged, ({ severity, message }) => ({ severity, message: noteText(message) }));
const activeOf = (expression: string, defaultValue?: string) => told(judgeActive(originOfText(expression), defaultValue));
const nameOf = (expression: string) => told(judgeGroupName(originOfText(expression), undefined));

const resultOf = (expression: string, attributes: Readonly<Record<string, Value>> = {}): Value =>
  evaluate(readExpression(expression), (name) => attributes[name] ?? null, READINGS[0]);

describe('an expression', () => {
  const values: readonly (readonly [string, Value, Readonly<Record<string, Value>>?])[] = [
    ['"a"', 'a'],
    ['"say \\"hi\\" \\\\"', 'say "hi" \\'],
    ['Switch([x], "else", "1", "one", "2", "two")', 'two', { x: '2' }],
    ['Switch([x], "else", "1", "one")', 'else', { x: '3' }],
    ['Switch([x], , "1", "one")', null, { x: '3' }],
    ['Switch([x], [x], "", "none")', 'none'],
    ['IIF([country]="USA",IIF([state]="CA","yes","no"),"no")', 'yes', { country: 'USA', state: 'CA' }],
    ['IIF([country]<>"USA","other","home")', 'other', { country: 'DK' }],
    ['Not([x])', 'False', { x: 'True' }],
    ['Not("whatever")', 'True'],
    ['Coalesce([mail],[userPrincipalName])', 'u', { userprincipalname: 'u' }],
    ['ToLower([x], )', 'abc', { x: 'ABC' }],
    ['IsPresent([x])', 'False', { x: '' }],
  ];
  it.each(values.map(([expression, value, attributes]) => ({ expression, value, attributes })))(
    '$expression is $value',
    ({ expression, value, attributes }) => {
      expect(resultOf(expression, attributes)).toBe(value);
    },
  );

  it.each([
    'Switch([x], , "a"',
    'IIF([a]="1" , "x")',
    'Item([x], 1)',
    'IIF([a]>"1", "x", "y")',
    '[a] [b]',
    ')',
    '',
    'Mid("abc", 1, 2)',
    'Switch([x], "d", "key")',
    `${'Not('.repeat(60)}[a]${')'.repeat(60)}`,
    `Not("${'x'.repeat(5000)}")`,
  ])('%s is not understood', (expression) => {
    expect(() => resultOf(expression, { x: 'x', a: '1' })).toThrow(NotUnderstood);
  });

  it('of any text is read or not understood', () => {
    const piece = fc.constantFrom('(', ')', ',', '"', '[', ']', 'IIF', 'Switch', 'Not', '"True"', '[IsSoftDeleted]', '=', '<>', ' ', '\\', '1');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const found = activeOf(text);
        for (const { message } of found) expect(message).toMatch(/^active comes from /);
      }),
    );
  });
});

describe('active', () => {
  it.each([
    'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    'Switch([IsSoftDeleted], , "True", "False", "False", "True")',
    'Switch([IsSoftDeleted], "False", "False", "True")',
    'Not([IsSoftDeleted])',
    'IIF([IsSoftDeleted]="True","False","True")',
    'IIF([IsSoftDeleted]=True,False,True)',
    'IIF([IsSoftDeleted], "False", "True")',
    'IIF(Not([IsSoftDeleted])="True","True","False")',
    'IIF([accountEnabled]="True",IIF([IsSoftDeleted]="False","True","False"),"False")',
    'Switch(Not([IsSoftDeleted]), , "True", "True", "False", "False")',
    'Not(Not(Not([IsSoftDeleted])))',
    'IIF([department]="Sales",Not([IsSoftDeleted]),Switch([IsSoftDeleted],,"False","True","True","False"))',
  ])('%s is right', (expression) => {
    expect(activeOf(expression)).toEqual([]);
  });

  it.each([
    ['[IsSoftDeleted]', /reversed/],
    ['Not([accountEnabled])', /reversed/],
    ['Switch([IsSoftDeleted], , "False", "False", "True", "True")', /reversed/],
    ['Not(Not([IsSoftDeleted]))', /reversed/],
    ['Switch([IsSoftDeleted], , "False", "True", "True", "True")', /users who are blocked it is True, but it must be False/],
    ['Switch([IsSoftDeleted], , "False", "True")', /users who are blocked it is empty, but it must be False/],
    ['Switch([IsSoftDeleted], , "0", "True", "1", "False")', /users who may sign in it is empty, but it must be True/],
    ['Switch([IsSoftDeleted], , "False", "1", "True", "0")', /users who may sign in it is "1", but it must be True/],
    ['Switch([IsSoftDeleted], , "false", "True", "true", "False")', /upper and lower case/],
    ['IIF([department]="Sales","True",Not([IsSoftDeleted]))', /whose department is .* it is True/],
    ['IIF([department]="[IsSoftDeleted]","True","False")', /does not depend/],
    ['"True"', /the constant "True"/],
    ['Switch(Item([IsSoftDeleted], 1), , "False", "True", "True", "False")', /was not understood .* it uses the function Item/],
    ['DateDiff("d", Now(), CDate([employeeLeaveDateTime]))', /does not depend|not understood/],
  ])('%s is an error', (expression, message) => {
    const found = activeOf(expression);
    expect(found.length).toBeGreaterThan(0);
    for (const { severity } of found) expect(severity).toBe('error');
    expect(found[0].message).toMatch(message);
  });

  it('that only follows accountEnabled is a warning', () => {
    for (const expression of ['[accountEnabled]', 'IIF([accountEnabled]="True","True","False")', 'Not(Not([accountEnabled]))']) {
      expect(activeOf(expression)).toMatchObject([{ severity: 'warning', message: expect.stringMatching(/no longer assigned/) }]);
    }
  });

  it('takes the default value if the result is empty', () => {
    expect(activeOf('Switch([IsSoftDeleted], , "False", "True")', 'False')).toEqual([]);
    expect(activeOf('Switch([IsSoftDeleted], , "True", "False")', 'True')).toEqual([]);
  });

  it('agrees with a table of truth over random expressions', () => {
    const status = fc.constantFrom('[IsSoftDeleted]', '[accountEnabled]');
    const word = fc.constantFrom('"True"', '"False"');
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'e' },
        status,
        word,
        fc.tuple(tie('expression')).map(([a]) => `Not(${a})`),
        fc.tuple(status, word, tie('expression'), tie('expression')).map(([a, w, b, c]) => `IIF(${a}=${w},${b},${c})`),
        fc.tuple(status, tie('expression'), tie('expression')).map(([a, b, c]) => `Switch(${a}, , "True", ${b}, "False", ${c})`),
      ),
    }));
    fc.assert(
      fc.property(expression, (text) => {
        fc.pre(/\[/.test(text));
        // As JavaScript, by another way than the evaluation under test.
        const result = (enabled: boolean, deleted: boolean): boolean => {
          const script = text
            .replaceAll('[IsSoftDeleted]', String(deleted))
            .replaceAll('[accountEnabled]', String(enabled))
            .replaceAll('"True"', 'true')
            .replaceAll('"False"', 'false')
            .replaceAll('=', '===')
            .replaceAll(', ,', ',');
          return new Function('Not', 'IIF', 'Switch', `return ${script}`)(
            (a: boolean) => !a,
            (a: boolean, b: boolean, c: boolean) => (a ? b : c),
            (a: boolean, _key: boolean, b: boolean, __: boolean, c: boolean) => (a ? b : c),
          );
        };
        const isRight = result(true, false) && !result(false, true) && !result(true, true);
        const errors = activeOf(text).filter(({ severity }) => severity === 'error');
        const isOnlyEnabled = result(true, false) && !result(false, true) && !text.includes('IsSoftDeleted');
        expect(errors.length === 0, text).toBe(isRight || isOnlyEnabled);
      }),
      { numRuns: 300 },
    );
  });
});

describe('displayName of groups', () => {
  it.each(['[displayName]', 'Coalesce([displayName], [mailNickname])', 'IIF([mail]="x",[displayName],[displayName])', 'Append([displayName], "")'])(
    'from %s is right',
    (expression) => {
      expect(nameOf(expression)).toEqual([]);
    },
  );

  it.each([
    '[mailNickname]',
    '"Reviewers"',
    'ToLower([displayName])',
    'Append([displayName], " (Entra)")',
    'Coalesce([description], [displayName])',
    'Join("", [displayName], "x")',
    'IIF([mail]="x","y",[displayName])',
  ])('from %s is an error', (expression) => {
    expect(nameOf(expression)).toMatchObject([{ severity: 'error' }]);
  });
});
