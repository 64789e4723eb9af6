import { expect, test } from 'vitest';
import { contextFor } from '../../src/app/context.js';
import { redacting } from '../../src/app/redaction.js';
import { Refusal } from '../../src/app/refusal.js';
import { foreign, note, quoted, quotedHeading, quotedId } from '../../src/model/note.js';
import { UserError } from '../../src/model/user-error.js';
import { SourceRefused } from '../../src/sources/tables/problem.js';

const context = contextFor({ process, host: 'observatory', now: () => new Date(0) });

/** Returns what a command under `--redact` fails with, if it throws this. */
async function redacted(error: Error): Promise<unknown> {
  try {
    await redacting({ users: ['export/users.csv'] }, [], context, () => Promise.reject(error));
  } catch (caught) {
    return caught;
  }
  throw new Error('nothing was thrown');
}

test('values of an error are replaced where it states them, whatever the text around them reads like', async () => {
  const hostile = 'annabel" is on line 3, the id "17';
  const error = await redacted(
    new Refusal('refused', note`${quoted(hostile)} and ${quoted('export/users.csv')} of ${quotedId('17')}: ${foreign('near annabel')}`, 'Export again.', [
      note`under ${quotedHeading('Email')}, not ${quotedHeading('annabel')}`,
    ]),
  );
  expect(error).toBeInstanceOf(Refusal);
  expect(String(error)).toMatch(/^\S+: "(?!.*annabel)(?:[^"\\]|\\.)+" and "export\/users.csv" of "17": \(withheld\)$/);
  expect(error).toMatchObject({ kind: 'refused', hint: 'Export again.', details: [expect.stringMatching(/^under "Email", not "(?!annabel)[^"]+"$/)] });
});

test('a plain sentence that may quote a value is withheld as a whole, and where the error is stays', async () => {
  const told = 'user "annabel" is unknown';
  expect(await redacted(new UserError(told, told, [told], told))).toMatchObject({
    message: expect.stringMatching(/withheld/),
    hint: expect.stringMatching(/withheld/),
    details: [expect.stringMatching(/withheld/)],
    command: expect.stringMatching(/withheld/),
  });
  const refused = await redacted(new SourceRefused([{ file: 'users.csv', line: 3, column: 2, heading: 'email', message: told }], 1));
  expect(refused).toMatchObject({ details: [expect.stringMatching(/^users\.csv, line 3, column 2 \(email\): .*withheld/)] });
});

test('any other error shows where the program failed, and not with what', async () => {
  expect(String(await redacted(new Error('annabel')))).toBe('Error: the message is withheld under --redact');
});
