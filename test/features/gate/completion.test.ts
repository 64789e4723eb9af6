import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNames } from '../../../src/reporters/registry.js';
import { RULES } from '../../../src/rules/registry.js';
import { itWith, temporaryFolders } from '../../support/machine.js';
import { ROOT, runCli } from '../../support/run.js';

const makeFolder = temporaryFolders();
const FILES = 0;
const NO_FILES = 4;

/** Returns what could stand in the place of the last word, and what the shell is told about files. */
async function complete(...words: readonly string[]): Promise<{ readonly values: readonly string[]; readonly directive: number }> {
  const { code, stdout } = await runCli(['complete', '--', ...words]);
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  return { values: lines.slice(0, -1).map((line) => line.split('\t', 1)[0]), directive: Number(lines.at(-1)?.slice(1)) };
}

describe('complete', () => {
  it('knows every command that help shows, and none that it hides', async () => {
    const { stdout } = await runCli(['--help']);
    const shown = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    const { values, directive } = await complete('');
    expect([...values].sort()).toEqual(shown.sort());
    expect(values).not.toContain('complete');
    expect(directive).toBe(NO_FILES);
  });

  it.each([
    [['che'], ['check']],
    [
      ['check', '--auth-mode', ''],
      ['basic', 'saml', 'auth0', 'multi'],
    ],
    [['check', '--auth-mode', 'm'], ['multi']],
    [['check', '.', '--auth-mode', 'multi', '--certif'], ['--certificate']],
    [['check', '--format', ''], formatNames('report')],
    [
      ['plan', '--format', ''],
      ['pretty', 'json'],
    ],
    [['check', '--skip-rule', 'missing'], ['missing-email']],
    [
      ['check', '--delimiter', ''],
      ['comma', 'semicolon', 'tab', 'pipe'],
    ],
    [['explain', ''], RULES.map(({ name }) => name)],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['check', '--sync-group', ''], []],
    [['nonsense', '--x'], []],
  ])('answers %j', async (words, values) => {
    expect(await complete(...words)).toEqual({ values, directive: NO_FILES });
  });

  it.each([
    [['check', '']],
    [['check', '--auth-mode', 'multi', 'exp']],
    [['check', '--sync-groups', '']],
    [['check', '--output', 'a']],
    [['plan', '.', '--out', '']],
    [['apply', '']],
    [['gate', 'certificate.json', '']],
  ])('leaves files to the shell: %j', async (words) => {
    expect(await complete(...words)).toEqual({ values: [], directive: FILES });
  });

  it('offers every long option of check', async () => {
    const { stdout } = await runCli(['check', '--help']);
    const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name).filter((name) => name !== '--help');
    expect((await complete('check', '--')).values).toEqual(expect.arrayContaining(options));
  });
});

describe('completion', () => {
  it('refuses a shell that it has no script for', async () => {
    expect((await runCli(['completion', 'tcsh'])).code).toBe(2);
    expect((await runCli(['completion'])).code).toBe(2);
  });

  /** Runs lines in a shell that knows scim-audit and lies in a folder with an export. */
  function runIn(shell: string, args: readonly string[], lines: string): { readonly stdout: string; readonly stderr: string } {
    const folder = makeFolder({ 'exports/users.csv': '' });
    const program = join(makeFolder(), 'scim-audit');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'bin/scim-audit.js')}' "$@"\n`);
    chmodSync(program, 0o755);
    const env = { PATH: `${join(program, '..')}:${process.env.PATH ?? ''}`, HOME: folder, TERM: 'dumb' };
    const { stdout, stderr } = spawnSync(shell, [...args, '-c', lines], {
      cwd: folder,
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 50_000,
    });
    return { stdout, stderr };
  }

  it('completes in bash, with and without bash-completion, read twice', () => {
    const ask = (words: string, at: number): string =>
      `COMP_WORDS=(${words}); COMP_CWORD=${at}; COMPREPLY=(); __scim_audit_complete 2>/dev/null; printf '%s,' "\${COMPREPLY[@]}"; echo`;
    const { stdout, stderr } = runIn(
      'bash',
      ['--norc', '--noprofile'],
      [
        'scim-audit completion bash > script 2>/dev/null; source ./script; source ./script; complete -p scim-audit',
        ask('scim-audit che', 1),
        ask('scim-audit check --auth-mode ""', 3),
        ask('scim-audit explain dup', 2),
        ask('scim-audit check ex', 2),
      ].join('\n'),
    );
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      'complete -o default -F __scim_audit_complete scim-audit',
      'check,',
      'basic,saml,auth0,multi,',
      'duplicate-group-name,duplicate-email,duplicate-username,',
      ',',
      '',
    ]);
  });

  itWith('fish', 'completes in fish', () => {
    const { stdout } = runIn(
      'fish',
      ['--no-config'],
      [
        'scim-audit completion fish 2>/dev/null | source',
        'complete -C "scim-audit che"',
        'complete -C "scim-audit check --auth-mode mu"',
        'complete -C "scim-audit check exp"',
        'complete -C "scim-audit explain no-"',
      ].join('\n'),
    );
    expect(stdout.split('\n').map((line) => line.split('\t', 1)[0])).toEqual(['check', 'multi', 'exports/', 'no-inactive-users', '']);
  });

  itWith('zsh', 'completes in zsh, typed on a terminal', () => {
    const { stdout } = runIn(
      'zsh',
      ['-f'],
      [
        'zmodload zsh/zpty',
        'zpty z zsh -f -i',
        "zpty -w z 'autoload -Uz compinit; compinit -u -d ./dump; source <(scim-audit completion zsh 2>/dev/null); print RE''ADY'",
        "zpty -r z out '*READY*'",
        "zpty -w -n z $'scim-audit explain no-\\t'",
        "zpty -r z out '*no-inactive-users*' && print rule",
        "zpty -w -n z $'\\C-uscim-audit check exp\\t'",
        "zpty -r z out '*exports*' && print file",
        'zpty -d z',
      ].join('\n'),
    );
    expect(stdout).toBe('rule\nfile\n');
  });
});
