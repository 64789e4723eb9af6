/** `--redact`: aliases in the place of usernames, emails and names, in reports, plans and messages. */

import { createHmac, randomBytes } from 'node:crypto';
import type { Report } from '../audit/report.js';
import { SETTING_NAMES, settingOf } from '../config/settings.js';
import { PARTS_ABOUT } from '../config/stated-settings.js';
import { type Aliases, makeAliases } from '../model/alias.js';
import { collationOf } from '../model/compare.js';
import { SEVERITIES } from '../model/finding.js';
import { type Note, redactNote } from '../model/note.js';
import { type CollationName, DEFAULT_COLLATION } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { DECISION_COLUMNS } from '../plan/decision-rows.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { Preview } from '../preview/preview.js';
import { type ExportRedactor, type KnownValues, redactEnvironment, redactorFor, redactReport, WITHHELD } from '../reporters/redact.js';
import { redactPlan, redactPreview } from '../reporters/redact-plan.js';
import { RULES } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import { resolveHeadings } from '../sources/tables/headings.js';
import { SourceRefused } from '../sources/tables/problem.js';
import type { AuditWishes } from './audit-source.js';
import { commandWords, type Request } from './command-words.js';
import type { Context } from './context.js';
import { secretKey } from './node-digests.js';
import { Refusal } from './refusal.js';
import type { Prepared } from './resolve-command.js';

type MakeAliases = (collation: CollationName) => Aliases;

/** Returns what makes aliases under the key of the environment, or under one that is made for this run and forgotten after it. */
function aliasMaker(context: Context): MakeAliases {
  const secret = secretKey('SCIM_AUDIT_REDACT_KEY', context) ?? randomBytes(32);
  return (collation) => makeAliases((text) => createHmac('sha256', secret).update(text).digest(), collationOf(collation));
}

export class Redaction {
  readonly #make: MakeAliases;
  /** Until a command has settled how names are compared, by the default. */
  #aliases: Aliases;
  /** Texts of the command line, which a message may repeat; names of groups and ids of users are not among them. */
  readonly #typed: ReadonlySet<string>;
  #redactor: ExportRedactor | undefined;

  constructor(make: MakeAliases, flags: Request, words: readonly string[]) {
    const { syncGroups: _, leaveOutUsers: __, idpMembers = [], ...others } = flags;
    this.#make = make;
    this.#aliases = make(DEFAULT_COLLATION);
    const files = idpMembers.map((text) => text.slice(text.indexOf('=') + 1));
    this.#typed = new Set([...words, ...files, ...Object.values(others).flatMap((value: unknown) => textsIn(value))]);
  }

  /** Returns what stands for the subjects of the export that was read. */
  know(known: KnownValues, collation: CollationName): ExportRedactor {
    if (this.#redactor !== undefined) return this.#redactor;
    this.#compareBy(collation);
    this.#redactor = redactorFor(known, this.#aliases);
    return this.#redactor;
  }

  /** Returns what an audit is asked for besides its report, so that everything it may say of anybody is known. */
  wishes(_: Pick<Prepared, 'policy'>, names: AuditWishes['names'] = 'whole'): Pick<AuditWishes, 'names' | 'know'> {
    return {
      names,
      know: (directory, idp, collation) => {
        this.know({ ...directory, idp }, collation);
      },
    };
  }

  /** Aliases keep what is equal under this collation. */
  #compareBy(collation: CollationName): void {
    if (collation !== this.#aliases.collation.name) this.#aliases = this.#make(collation);
  }

  report(report: Report): Report {
    return redactReport(report, this.know({ ...report.snapshot, idp: report.idp }, report.policy.collation));
  }

  plan(made: MadePlan, context: RuleContext): MadePlan {
    return redactPlan(made, context, this.know({ ...made.before.snapshot, idp: made.before.idp }, context.policy.collation));
  }

  preview(preview: Preview): Preview {
    return redactPreview(preview, this.know({ ...preview.snapshot, idp: preview.idp }, preview.policy.collation));
  }

  /** Returns the settings as they may be shown: names of groups, and ids that may be usernames, are aliased, or left out of commands. */
  shown(prepared: Prepared, source: string | undefined, flags: Request): Prepared & { readonly withheldOptions: readonly string[] } {
    this.#compareBy(prepared.policy.collation);
    const { identity, group } = this.#aliases;
    const id = (text: string): string => (isPlainId(text) ? text : identity(text));
    const { syncGroups = [], leaveOutUsers = [], idpMembers = [], ...others } = flags;
    const leftOut = leaveOutUsers.filter(isPlainId);
    const members = idpMembers.filter((text) => !text.includes('='));
    // No alias stands for anything on a command line, and a name is what is not to be shown.
    const withheldOptions = [
      ...(syncGroups.length > 0 ? ['--sync-group'] : []),
      ...(leftOut.length < leaveOutUsers.length ? ['--leave-out-user'] : []),
      ...(members.length < idpMembers.length ? ['--idp-members'] : []),
    ];
    const sourceWords = commandWords(source, { ...others, leaveOutUsers: leftOut, idpMembers: members }, prepared.shell);
    const { settings } = prepared.resolved;
    return {
      ...prepared,
      sourceWords,
      withheldOptions,
      resolved: {
        ...prepared.resolved,
        settings: {
          ...settings,
          ...(settings.syncGroups === undefined ? {} : { syncGroups: settings.syncGroups.map(group) }),
          leaveOutUsers: settings.leaveOutUsers.map(id),
          idpMembers: settings.idpMembers.map((text) => text.replace(/^[^=]*(?==)/, group)),
          ...(settings.environment === undefined ? {} : { environment: redactEnvironment(settings.environment, identity, id) }),
        },
      },
    };
  }

  /** Returns a sentence with aliases for its values. */
  note(note: Note): Note {
    return this.#redact(note);
  }

  /** Returns the error without values of the export: they are parts of its texts, and are aliased. */
  error(error: unknown): unknown {
    if (error instanceof SourceRefused) {
      const problems = error.found.map(({ heading, message, cause: _, ...location }) => ({
        ...location,
        ...(heading === undefined ? {} : { heading: this.#heading(heading) }),
        message: this.#redact(message),
      }));
      return new SourceRefused(problems, error.total, error.subject);
    }
    if (error instanceof UserError) {
      const { message, hint, details, command } = error.notes;
      const texts = [
        this.#redact(message),
        hint === undefined ? undefined : this.#redact(hint),
        details.map((line) => this.#redact(line)),
        command === undefined ? undefined : this.#redact(command),
      ] as const;
      return error instanceof Refusal ? new Refusal(error.kind, ...texts) : new UserError(...texts);
    }
    const withheld = new Error('the message is withheld under --redact');
    withheld.stack = [withheld.message, ...(error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [])].join('\n');
    return withheld;
  }

  /** Returns a note with aliases for its values. A plain sentence has none; one with a quotation mark may quote one, and is withheld as a whole. */
  #redact(note: Note): Note {
    if (typeof note === 'string') return note.includes('"') ? WITHHELD_SENTENCE : note;
    return redactNote(note, {
      userId: (id) => this.#id(id),
      name: (text) => this.#quoted(text),
      value: (text) => this.#quoted(text),
      heading: (text) => this.#heading(text),
      finding: (finding) => this.#redactor?.sentence(finding) ?? WITHHELD,
    });
  }

  /** Until the export is known, only a number is surely an id that says no more. */
  #id(text: string): string {
    if (text === '' || this.#typed.has(text)) return text;
    return this.#redactor?.userId(text) ?? (isPlainId(text) ? text : this.#aliases.identity(text));
  }

  #quoted(text: string): string {
    if (this.#typed.has(text) || WORDS.has(text) || isHeading(text)) return text;
    const redactor = this.#redactor;
    return redactor?.isGroupName(text) === true ? redactor.groupName(text) : this.#aliases.identity(text);
  }

  #heading(text: string): string {
    return this.#typed.has(text) || isHeading(text) ? text : this.#aliases.identity(text);
  }
}

const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.flatMap(textsIn)
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(textsIn)
        : [];

/** Is a number, and so an id, which identifies no person by itself. */
const isPlainId = (text: string): boolean => /^\d+$/.test(text);

/** Is a heading that exports have, or one of decisions.csv, so no value. */
const isHeading = (text: string): boolean =>
  (['users', 'groups', 'memberships'] as const).some((role) => resolveHeadings(role, [text]).columns.size > 0) || DECISION_HEADINGS.has(text);

/** Stands in for a plain sentence that may quote a value. */
const WITHHELD_SENTENCE = '(this text may quote a value, so it is withheld under --redact; run the command without it to read the text)';

/** Words of the program's own, which a message offers or names: settings and what they may be, rules, actions. */
const WORDS: ReadonlySet<string> = new Set([
  ...SETTING_NAMES.flatMap((name) => [name, ...(settingOf(name).kind.choices ?? [])]),
  ...Object.values(PARTS_ABOUT).flatMap((parts) => Object.keys(parts)),
  ...SEVERITIES,
  'off',
  'basic',
  'idp',
  ...RULES.flatMap(({ name, decisions }) => [name, ...decisions]),
]);

const DECISION_HEADINGS: ReadonlySet<string> = new Set(DECISION_COLUMNS);

/** Runs a command under a redaction, with nothing of the export in what it fails with. `words` are further texts of the command line. */
export async function redacting<T>(flags: Request, words: readonly string[], context: Context, work: (redaction: Redaction) => Promise<T>): Promise<T> {
  const redaction = new Redaction(aliasMaker(context), flags, words);
  try {
    return await work(redaction);
  } catch (error) {
    throw redaction.error(error);
  }
}
