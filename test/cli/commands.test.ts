import { Command } from 'commander';
import { expect, it } from 'vitest';
import { COMMANDS, commandsNeeded, termOf } from '../../src/cli/commands/registry.js';
import { processIo } from '../../src/cli/io.js';
import { runCli } from '../support/run.js';

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
