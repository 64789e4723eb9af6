import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS, commandsNeeded, termOf } from '../../src/cli/commands/registry.js';
import { processIo } from '../../src/cli/io.js';
import { formatNames } from '../../src/reporters/registry.js';
import { RULES } from '../../src/rules/registry.js';
import { itWith, temporaryFolders } from '../support/machine.js';
import { ROOT, runCli } from '../support/run.js';

it.each(COMMANDS)('$name is listed as it is declared', async ({ name, usage, load }) => {
  const program = new Command('scim-audit');
  (await load())(program, processIo(), () => {});
  const [command] = program.commands;
  expect(program.commands.map((each) => each.name())).toEqual([name]);
  // As commander would list it.
  expect(`${name} ${usage}`.trim()).toBe(program.createHelp().subcommandTerm(command));
  expect(termOf(command)).toBe(`${name} ${usage}`.trim());
});

it.each([
  [['check', 'plan'], ['check']],
  [['--help'], []],
  [
    ['help', 'gate', 'plan'],
    ['help', 'gate'],
  ],
  [
    ['complete', '--', 'apply', '--'],
    ['complete', 'apply'],
  ],
  [['--no-color', 'runs', 'x'], ['runs']],
])('%j needs %j', (argv, needed) => {
  expect(commandsNeeded(argv)).toEqual(needed);
});

it('a command that is not needed is still known', async () => {
  expect((await runCli(['chekc'])).stderr).toContain('Did you mean check?');
  expect((await runCli(['help', 'gate'])).stdout).toContain('--max-age');
  expect((await runCli(['complete', '--', ''])).stdout).toContain('reconcile');
  expect((await runCli(['complete', '--', ''])).stdout).not.toContain('complete\t');
});

it('help for a command that there is not is a mistake', async () => {
  const { code, stderr } = await runCli(['help', 'chekc']);
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean check?');
  expect(await runCli(['chekc', '--help'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Did you mean check?') });
  expect((await runCli(['help'])).code).toBe(0);
  expect((await runCli(['check', '--help'])).code).toBe(0);
  expect((await runCli(['complete', '--', 'help', ''])).stdout).toContain('reconcile');
});

it.each(COMMANDS.filter(({ usage }) => /[<[](?:source|plan|run|folder|certificate|file|preview|database)[>\]]/.test(usage)))(
  'files are offered where $name takes one',
  async ({ name }) => {
    expect((await runCli(['complete', '--', name, ''])).stdout).toMatch(/^:0$/m);
  },
);

it.each([[['check']], [['apply', 'plan']], [['check', 'export', '--auth-mode', 'saml']], [[]]])(
  'a single dash offers the options, as two do, behind %j',
  async (words) => {
    const offered = async (typed: string): Promise<string> => (await runCli(['complete', '--', ...words, typed])).stdout;
    const options = await offered('--');
    expect(options).toMatch(/^--\w/m);
    expect(await offered('-')).toBe(options);
  },
);

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

interface Look {
  readonly name: string;
  readonly state: string;
  readonly text: string;
  readonly fix?: string;
}

async function looks(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly looks: Readonly<Record<string, Look>> }> {
  const { code, stdout } = await runCli(['doctor', '--format', 'json'], { cwd: folder, env });
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Look[] };
  return { code, looks: Object.fromEntries(checks.map((look) => [look.name, look])) };
}

describe('doctor', () => {
  it('finds everything that is needed', async () => {
    const { code, stdout, stderr } = await runCli(['doctor'], { cwd: makeFolder() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^scim-audit \d+\.\d+\.\d+\n/);
    for (const part of [process.version, process.platform, process.arch, 'better-sqlite3 loads', 'utf-16be, windows-1252', 'GiB free'])
      expect(stdout).toContain(part);
    expect(stderr).toContain('everything that scim-audit needs is there');
  });

  it('says the same to programs', async () => {
    const { code, stdout } = await runCli(['doctor', '--format', 'json'], { cwd: makeFolder() });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, tool: { name: 'scim-audit' }, healthy: true });
  });

  it('tells a config file that is valid from one that is not, and where it is, seen from here', async () => {
    const folder = makeFolder({ 'scim-audit.config.json': '{ "authMode": "multi" }', 'below/x': '' });
    expect((await looks(join(folder, 'below'))).looks['config file']).toMatchObject({ state: 'ok', text: '../scim-audit.config.json, it is valid' });
    writeFileSync(join(folder, 'scim-audit.config.json'), '{ "authMode": "jane@dome.example", "x": 1 }');
    const broken = await looks(folder);
    expect(broken.code).toBe(2);
    expect(broken.looks['config file']).toMatchObject({ state: 'broken', text: 'scim-audit.config.json: it has 2 errors' });
    expect((await looks(makeFolder(), { SCIM_AUDIT_CONFIG: '/home/jane/none.json' })).looks['config file']).toMatchObject({
      state: 'broken',
      text: 'named by SCIM_AUDIT_CONFIG: it cannot be read',
    });
  });

  it('names variables, and never what they hold', async () => {
    const env = { SCIM_AUDIT_CERTIFICATE_KEY: 'secret of jane', SCIM_AUDIT_SYNC_GROUPS: 'Jane’s friends' };
    const fine = await looks(makeFolder(), env);
    expect(fine.looks.variables.text).toBe('set: SCIM_AUDIT_CERTIFICATE_KEY, SCIM_AUDIT_SYNC_GROUPS');
    expect(JSON.stringify(fine)).not.toMatch(/jane/i);
    const odd = await looks(makeFolder(), { SCIM_AUDIT_AUTHMODE: 'jane' });
    expect(odd).toMatchObject({ code: 2, looks: { variables: { state: 'broken', text: expect.stringContaining('SCIM_AUDIT_AUTHMODE') } } });
  });

  it('describes the terminal', async () => {
    const { stdout } = await runCli(['doctor'], { cwd: makeFolder(), isTty: true, columns: 97, env: { TERM: 'xterm\u001b[2J', NO_COLOR: '1' } });
    expect(stdout).toContain('stdout terminal of 97 columns');
    expect(stdout).toContain('colors off');
    expect(stdout).not.toContain('\u001b');
  });

  it('shows no path of the home folder, not under its other name either', async () => {
    const folder = makeFolder();
    const home = join(folder, 'jane');
    mkdirSync(join(home, 'work'), { recursive: true });
    symlinkSync(home, join(folder, 'link'));
    for (const HOME of [home, join(folder, 'link')]) {
      // A package whose native part fails names paths in its message.
      const copy = join(HOME, 'work');
      const program = makeBroken(copy, `throw new Error('no binding: tried ${home}/a and ${home.toUpperCase()}/b');`);
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'doctor'], {
        cwd: copy,
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '', HOME },
      });
      expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('broken: SQLite') });
      expect(stdout).toContain('tried ~/a and ~/b');
      expect(stdout).toContain('npm rebuild better-sqlite3');
      expect(stdout + stderr).not.toMatch(/jane|\/link/i);
    }
  });

  it('takes a module that is not installed for a choice, and one that does not load for a fault', () => {
    const folder = makeFolder();
    const env = { PATH: process.env.PATH ?? '', HOME: folder };
    const absent = spawnSync(process.execPath, [makeBroken(folder), 'doctor'], { cwd: folder, encoding: 'utf8', env });
    expect(absent).toMatchObject({ status: 0, stdout: expect.stringMatching(/^note +SQLite +better-sqlite3 is not installed/m) });
  });
});

/** Makes an installation of its own whose better-sqlite3 is that code, or is not there; returns its program. */
function makeBroken(folder: string, code?: string): string {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  spawnSync('cp', ['-r', join(ROOT, 'dist'), join(ROOT, 'bin'), folder]);
  if (code !== undefined) {
    mkdirSync(join(folder, 'node_modules/better-sqlite3'), { recursive: true });
    writeFileSync(join(folder, 'node_modules/better-sqlite3/package.json'), '{ "name": "better-sqlite3", "main": "index.js" }');
    writeFileSync(join(folder, 'node_modules/better-sqlite3/index.js'), code);
  }
  return join(folder, 'bin/scim-audit.js');
}

// bin/load.js keeps the compiled program in the user's folder for caches: only there, only the program, and only what
// it can trust.

const newFolder = temporaryFolders();
const EXPORT = join(ROOT, 'fixtures/organizations/observatory');
const CHECK = ['check', EXPORT, '--auth-mode', 'multi', '--fail-on', 'never'];
/** Files of the program that a check loads, beside the one that each command has. */
const LOADED = ['checking.cjs', 'cli.cjs', 'options.cjs', 'start.cjs'];

/** Runs a command line with a folder for caches; returns what it said and how it ended. */
function run(cache: string, args: readonly string[] = CHECK, { flags = [], env = {} }: { flags?: readonly string[]; env?: Record<string, string> } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, join(ROOT, 'bin/scim-audit.js'), ...args], {
    cwd: EXPORT,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', XDG_CACHE_HOME: cache, ...env },
  });
  return { status, stdout, stderr };
}

/** Returns the folder that a run has filled. */
const filled = (cache: string): string => join(cache, 'scim-audit', `${process.version}-${process.arch}`);

/** Tells whether a file was written again: each time it is another one. */
const numbers = (folder: string): Record<string, number> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).ino + statSync(join(folder, name)).mtimeMs]));

/** What a run answers without a folder for caches. */
const plain = run('', CHECK, { env: { NODE_DISABLE_COMPILE_CACHE: '1' } });

describe.runIf(process.platform !== 'win32')('the compiled program', () => {
  it('is kept by the first run, for its owner alone, and used by the second', () => {
    const cache = newFolder();
    expect(run(cache)).toEqual(plain);
    const folder = filled(cache);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(LOADED));
    expect(readdirSync(folder).filter((name) => !name.endsWith('.cjs'))).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    const before = numbers(folder);
    expect(run(cache)).toEqual(plain);
    expect(numbers(folder)).toEqual(before);
  });

  it('is kept again once a command has loaded more of it', () => {
    const cache = newFolder();
    run(cache, ['--help']);
    expect(readdirSync(filled(cache))).not.toContain('checking.cjs');
    const { 'start.cjs': before } = numbers(filled(cache));
    expect(run(cache)).toEqual(plain);
    expect(readdirSync(filled(cache))).toContain('checking.cjs');
    expect(numbers(filled(cache))['start.cjs']).not.toBe(before);
  });

  it('holds nothing of an export', () => {
    const cache = newFolder();
    run(cache);
    const words = readFileSync(join(EXPORT, 'users.csv'), 'utf8').match(/[\w.+-]+@[\w.-]+/g) ?? [];
    expect(words.length).toBeGreaterThan(5);
    for (const name of readdirSync(filled(cache))) {
      const bytes = readFileSync(join(filled(cache), name));
      expect(
        words.filter((word) => bytes.includes(word) || bytes.includes(Buffer.from(word, 'utf16le'))),
        name,
      ).toEqual([]);
    }
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['a byte of which is another', (bytes) => bytes.map((byte, at) => (at === bytes.length - 2000 ? byte ^ 0x41 : byte)) as Buffer],
    ['half of which is missing', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['that is empty', () => Buffer.alloc(0)],
    ['that is zeros', (bytes) => Buffer.alloc(bytes.length)],
    ['the code of which is zeros', (bytes) => Buffer.concat([bytes.subarray(0, 400), Buffer.alloc(bytes.length - 400)])],
  ])('is not used from a file %s', (_, damage) => {
    const cache = newFolder();
    run(cache);
    const whole = new Map(readdirSync(filled(cache)).map((name) => [name, readFileSync(join(filled(cache), name))]));
    for (const [name, bytes] of whole) writeFileSync(join(filled(cache), name), damage(bytes));
    expect(run(cache)).toEqual(plain);
    for (const [name, bytes] of whole) expect(readFileSync(join(filled(cache), name)).length, name).toBeGreaterThan(bytes.length / 2);
    const repaired = numbers(filled(cache));
    expect(run(cache)).toEqual(plain);
    expect(numbers(filled(cache))).toEqual(repaired);
  });

  it('is not used for another text, even if the text is as long', () => {
    const cache = newFolder();
    const program = newFolder();
    spawnSync('cp', ['-r', join(ROOT, 'dist'), join(ROOT, 'bin'), join(ROOT, 'package.json'), program]);
    const help = () => spawnSync(process.execPath, [join(program, 'bin/scim-audit.js'), '--help'], { encoding: 'utf8', env: { XDG_CACHE_HOME: cache } }).stdout;
    expect(help()).toContain('Finds what must be clean');
    const start = join(program, 'dist/chunks/start.cjs');
    writeFileSync(start, readFileSync(start, 'utf8').replaceAll('Finds what must be clean', 'Bakes what must be clean'));
    expect(help()).toContain('Bakes what must be clean');
  });

  it('is not used under other flags of V8, which reject it', () => {
    const cache = newFolder();
    run(cache);
    const before = numbers(filled(cache));
    expect(run(cache, CHECK, { flags: ['--stack-size=900', '--no-opt'] })).toEqual(plain);
    expect(numbers(filled(cache))).not.toEqual(before);
  });

  it('is missing without a word if the folder cannot be written to', () => {
    const cache = newFolder();
    writeFileSync(join(cache, 'file'), '');
    for (const place of [join(cache, 'file'), '/proc']) expect(run(place)).toEqual(plain);
    // A file in the place of the folder.
    mkdirSync(join(cache, 'scim-audit'));
    writeFileSync(filled(cache), '');
    expect(run(cache)).toEqual(plain);
    expect(readdirSync(join(cache, 'scim-audit'))).toHaveLength(1);
  });

  it.runIf(process.getuid?.() === 0)('is neither taken from nor written to a folder of somebody else', () => {
    const cache = newFolder();
    chownSync(cache, 4321, 4321);
    expect(run(cache)).toEqual(plain);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('is neither taken from nor written to a folder that others can write to', () => {
    for (const shared of ['scim-audit', `scim-audit/${process.version}-${process.arch}`]) {
      const cache = newFolder();
      run(cache);
      chmodSync(join(cache, shared), 0o777);
      const before = numbers(filled(cache));
      for (const name of readdirSync(filled(cache))) writeFileSync(join(filled(cache), name), '');
      expect(run(cache)).toEqual(plain);
      for (const name of Object.keys(before)) expect(statSync(join(filled(cache), name)).size, name).toBe(0);
    }
  });

  it.each(['NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE'])('is not kept with %s', (name) => {
    const cache = newFolder();
    const coverage = newFolder();
    expect(run(cache, CHECK, { env: { [name]: coverage } })).toEqual(plain);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('is used where a run was killed while it kept it', () => {
    const cache = newFolder();
    run(cache);
    const [name = ''] = readdirSync(filled(cache));
    copyFileSync(join(filled(cache), name), join(filled(cache), `${name}.1`));
    expect(run(cache)).toEqual(plain);
  });
});
