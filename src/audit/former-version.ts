/** Documents of an earlier version: refused, with the options to make them again. */

import { z } from 'zod';
import { UserError } from '../model/user-error.js';

const text = z.string();
const texts = z.array(text).catch([]);
const map = z.record(text, text).catch({});

/** Settings in plans and certificates of version 1; missing or invalid ones are left out. */
const formerSettings = z.object({
  authMode: text.optional().catch(undefined),
  syncGroups: texts,
  failOn: text.optional().catch(undefined),
  skipRules: texts,
  leaveOutUsers: texts,
  authTypeMap: map,
  columns: z.record(text, map).catch({}),
  tables: map,
  delimiter: text.optional().catch(undefined),
  encoding: text.optional().catch(undefined),
  assumeActive: z.boolean().catch(false),
  idp: z
    .object({ provider: text, inputs: z.array(z.object({ path: text, role: text })) })
    .optional()
    .catch(undefined),
});

/** The default. */
const USUAL_FAIL_ON = 'error';

/** Returns the options that a document was made with, as words of a command. */
function optionsOf(value: unknown): string[] {
  const settings = formerSettings.safeParse(value).data;
  if (settings === undefined) return [];
  const { authMode, failOn, delimiter, encoding, columns, idp } = settings;
  const one = (flag: string, word: string | undefined): string[] => (word === undefined ? [] : [flag, word]);
  const each = (flag: string, words: readonly string[]): string[] => words.flatMap((word) => [flag, word]);
  const pairs = (flag: string, named: Readonly<Record<string, string>>): string[] => Object.entries(named).flatMap(([name, word]) => [flag, `${name}=${word}`]);
  return [
    ...one('--auth-mode', authMode),
    ...each('--sync-group', settings.syncGroups),
    ...one('--fail-on', failOn === USUAL_FAIL_ON ? undefined : failOn),
    ...each('--skip-rule', settings.skipRules),
    ...each('--leave-out-user', settings.leaveOutUsers),
    ...Object.entries(columns).flatMap(([role, named]) =>
      pairs('--column', Object.fromEntries(Object.entries(named).map(([column, heading]) => [`${role}.${column}`, heading]))),
    ),
    ...pairs('--table', settings.tables),
    ...pairs('--auth-type-map', settings.authTypeMap),
    ...one('--delimiter', delimiter === '\t' ? 'tab' : delimiter),
    ...one('--encoding', encoding),
    ...(settings.assumeActive ? ['--assume-active'] : []),
    ...(idp === undefined ? [] : ['--idp', idp.provider, ...idp.inputs.flatMap(({ role, path }) => [`--${role}`, path])]),
  ];
}

export const formerVersionText = (file: string): string => `${file} was made by version 1 of scim-audit, which compared names in another way.`;

/** A document that this version refuses, because names are compared differently since it was made. */
export class FormerVersion extends UserError {
  override readonly name = 'FormerVersion';
  /** Options that give the settings with which it was made. */
  readonly options: readonly string[];

  constructor(file: string, settings: unknown) {
    super(formerVersionText(file), 'Make it again with this version.');
    this.options = optionsOf(settings);
  }
}
