import { describe, expect, it } from 'vitest';
import { readCases } from '../support/rule-pages.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const makeFolder = temporaryFolders();

/** Returns the message of the only conflict of a case. */
async function messageOf(name: string): Promise<string> {
  const { stdout } = await runCli([
    'check',
    makeFolder(readCases('conflicting-users').find((each) => each.kind === 'ng' && each.name === name)?.files),
    '--auth-mode',
    'multi',
    '--format',
    'json',
    '--skip-rule',
    'duplicate-group-name',
    '--skip-rule',
    'inactive-basic-member',
  ]);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly rule: string; readonly message: string }[] };
  return findings.find(({ rule }) => rule === 'conflicting-users')?.message ?? '';
}

describe('a shared email', () => {
  it('is needed by all where everybody listed needs the update', async () => {
    expect(await messageOf('same-email-of-three')).toContain(': all need it as their username, and only one can have it (');
  });

  it('is needed by so many where others merely hold it', async () => {
    expect(await messageOf('same-email-of-a-held-username')).toBe(
      '3 users need or hold the username "oven@bakery.example": 2 of them need it as their username, and only one can have it (ids 20, 21 and 22).',
    );
  });
});
