/** All commands, as the list of `--help` shows them; what a command declares and does is loaded when it is named. */

import type { Command } from 'commander';
import type { Ending, Io } from '../io.js';

/** Adds a command, with its arguments, options and action, to the program. */
export type AddCommand = (program: Command, io: Io, end: (ending: Ending) => void) => void;

export interface CommandEntry {
  readonly name: string;
  /** What follows the name in the list of commands. */
  readonly usage: string;
  readonly about: string;
  /** Hidden: not for people, and in no list. */
  readonly isHidden?: true;
  load(): Promise<AddCommand>;
}

/** In the order of the list. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'pull',
    usage: '[options]',
    about: 'read users, groups and memberships from Jama Connect into a folder that the other commands read',
    load: async () => (await import('./pull.js')).addPull,
  },
  {
    name: 'check',
    usage: '[options] [source]',
    about: 'find what must be cleaned before SCIM is enabled',
    load: async () => (await import('./check.js')).addCheck,
  },
  {
    name: 'plan',
    usage: '[options] [source]',
    about: 'write a plan: the ordered changes that remove the findings, checked for collisions',
    load: async () => (await import('./plan.js')).addPlan,
  },
  {
    name: 'decide',
    usage: '[options] <folder> [source]',
    about: "answer a plan's questions one by one; with its source, see what each answer leads to before it is saved",
    load: async () => (await import('./decide.js')).addDecide,
  },
  {
    name: 'apply',
    usage: '[options] <plan> [source]',
    about: 'apply a plan to an export, or with --url to Jama Connect itself',
    load: async () => (await import('./apply.js')).addApply,
  },
  {
    name: 'script',
    usage: '[options] <plan>',
    about: "write a plan as scripts for Jama Connect's database (self-hosted): check, apply, undo",
    load: async () => (await import('./script.js')).addScript,
  },
  {
    name: 'undo',
    usage: '[options] <run>',
    about: 'undo a run; rows that were changed since the run stay as they are; a live run takes --url',
    load: async () => (await import('./undo.js')).addUndo,
  },
  {
    name: 'verify',
    usage: '[options] <plan> [source]',
    about: 'compare a fresh export, or with --url Jama Connect itself, with a plan',
    load: async () => (await import('./verify.js')).addVerify,
  },
  {
    name: 'show',
    usage: '[options] <plan> [source]',
    about: 'show a plan; with a source, also whether the plan still fits it',
    load: async () => (await import('./show.js')).addShow,
  },
  { name: 'runs', usage: '<folder>', about: 'list the runs of a plan with their state', load: async () => (await import('./runs.js')).addRuns },
  {
    name: 'preview',
    usage: '[options] [source]',
    about: 'predict what the first sync will do to users, groups and memberships',
    load: async () => (await import('./preview.js')).addPreview,
  },
  {
    name: 'gate',
    usage: '[options] <certificate> [source]',
    about: 'exit with 0 only if the certificate is valid, recent, and says that this export is ready',
    load: async () => (await import('./gate.js')).addGate,
  },
  {
    name: 'redact',
    usage: '[options] [source]',
    about: 'write a copy of an export with aliases instead of usernames, emails and names; it has the same findings',
    load: async () => (await import('./redact.js')).addRedact,
  },
  {
    name: 'mapping',
    usage: '[options] <file>',
    about: "report what must be changed in Entra's attribute mapping before provisioning starts",
    load: async () => (await import('./mapping.js')).addMapping,
  },
  {
    name: 'reconcile',
    usage: '[options] <preview> [source]',
    about: 'compare a fresh export, or with --url Jama Connect itself, with the preview that was saved before the first sync',
    load: async () => (await import('./reconcile.js')).addReconcile,
  },
  {
    name: 'runbook',
    usage: '[options] [source]',
    about: 'write a checklist of the steps to enable SCIM, filled in from an export',
    load: async () => (await import('./runbook.js')).addRunbook,
  },
  {
    name: 'explain',
    usage: '[rule]',
    about: 'explain what a rule finds, why it matters, and how to fix it',
    load: async () => (await import('./explain.js')).addExplain,
  },
  {
    name: 'init',
    usage: '[options]',
    about: 'write a scim-audit.config.json with comments into this folder',
    load: async () => (await import('./init.js')).addInit,
  },
  {
    name: 'doctor',
    usage: '[options] [database]',
    about: 'check that scim-audit has everything it needs; attach the output to a bug report',
    load: async () => (await import('./doctor.js')).addDoctor,
  },
  {
    name: 'completion',
    usage: '<shell>',
    about: 'print a script for shell completion of commands, options and rules',
    load: async () => (await import('./completion.js')).addCompletion,
  },
  {
    name: 'complete',
    usage: '[words...]',
    about: 'say what could come next, for the script of completion',
    isHidden: true,
    load: async () => (await import('./completion.js')).addComplete,
  },
];

/** Commands that are about another one, which is named after them. */
const ABOUT_ANOTHER: ReadonlySet<string> = new Set(['help', 'complete']);

/** Returns the names of the commands that a command line needs: what it runs, and what that one is about. */
export function commandsNeeded(argv: readonly string[]): readonly string[] {
  const [first, second] = argv.filter((word) => !word.startsWith('-'));
  return [first, ABOUT_ANOTHER.has(first ?? '') ? second : undefined].filter((name) => name !== undefined);
}

/** Is there a command of the name. */
export const isCommand = (name: string): boolean => name === 'help' || COMMANDS.some((entry) => entry.name === name);

/** Adds all commands to the program: those that are needed with all that they have, the others as lines of the list. */
export async function addCommands(program: Command, needed: readonly string[], io: Io, end: (ending: Ending) => void): Promise<void> {
  for (const { name, about, isHidden = false, load } of COMMANDS) {
    if (needed.includes(name)) (await load())(program, io, end);
    else program.command(name, { hidden: isHidden });
    const command = program.commands.at(-1);
    if (command?.name() !== name) throw new Error(`the command ${name} adds something else`);
    command.summary(about);
    // A command may describe itself at greater length.
    if (command.description() === '') command.description(about);
    command.copyInheritedSettings(program);
  }
}

/** Returns how the list shows a command. */
export function termOf(command: Command): string {
  const entry = COMMANDS.find(({ name }) => name === command.name());
  return `${command.name()} ${entry?.usage ?? command.usage()}`.trim();
}
