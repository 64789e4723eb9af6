/** What a reconciliation is called in sentences, and its sections for people: what happened unforeseen first, then what did not come true. */

import { PROVIDER_NAMES } from '../model/idp.js';
import type { Fact, Named, Outcome, Reconciliation, Result, SurpriseKind } from '../preview/reconciliation.js';
import { SURPRISES } from '../preview/reconciliation.js';
import { count, grouped } from '../rules/rule.js';

/** Each kind of surprise: its heading, and what to do. */
export const SURPRISE_WORDS: Readonly<Record<SurpriseKind, { readonly title: string; readonly fix: string }>> = {
  'second-account': {
    title: 'People who got a second account',
    fix: 'Decide which account stays. Deactivate the other one, and give it another username and email, because users cannot be deleted; then let the provider link the right one.',
  },
  'new-account': {
    title: 'New accounts that nobody predicted',
    fix: 'Look up in the provider who they are: they were assigned after the preview, or by another change.',
  },
  'account-gone': {
    title: 'Accounts that the export no longer has',
    fix: 'Jama Connect deletes no accounts: make sure that the export is complete, with inactive users.',
  },
  deactivated: {
    title: 'Accounts that were deactivated',
    fix: 'If the people still need them, reactivate the accounts in the identity provider first, so that the next sync does not deactivate them again.',
  },
  activated: { title: 'Accounts that were activated', fix: 'Make sure that these people may sign in; each active account takes a license.' },
  overwritten: {
    title: 'Values that were overwritten',
    fix: 'Correct the value in the identity provider: a value that is corrected only in Jama Connect is overwritten again.',
  },
  'second-group': {
    title: 'Groups that were created beside one of the same name',
    fix: 'Stop the sync of the group, move its members, and remove the second group.',
  },
  'new-group': { title: 'New groups that nobody predicted', fix: 'Look up in the provider which group it is, and whether it is meant to be synced.' },
  'group-gone': {
    title: 'Groups that the export no longer has',
    fix: 'If the sync deleted a group, its permissions are gone with it: restore it from a backup with the help of Jama Support.',
  },
  'group-renamed': { title: 'Groups that were renamed', fix: 'A group that is synced has the name of the provider: correct it there.' },
  'membership-lost': {
    title: 'Memberships that were lost',
    fix: 'Give them back: --restore FILE lists them, and --plan FOLDER makes a plan of them. Add the people to the group in the identity provider too, or the next sync may remove them again.',
  },
  'membership-gained': { title: 'Memberships that nobody predicted', fix: 'Compare the members of the group in the identity provider.' },
};

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = { 'came-true': 'came true', failed: 'did not come true', 'not-known': 'cannot be told' };

/** Did everything that was certain come true, and nothing else happen. */
export const isAsPredicted = ({ counts, surprises }: Reconciliation): boolean => counts.failed === 0 && surprises.length === 0;

/** Returns the outcome in one sentence. */
export function reconcileVerdict({ counts, surprises }: Reconciliation): string {
  const all = counts['came-true'] + counts.failed + counts['not-known'];
  const unforeseen = surprises.length === 0 ? 'nothing else happened' : `${count(surprises.length, 'thing', 'things')} happened that nobody predicted`;
  return `${grouped(counts['came-true'])} of ${count(all, 'prediction')} came true, ${grouped(counts.failed)} did not, ${grouped(counts['not-known'])} cannot be told; ${unforeseen}`;
}

/** Returns which log was read, so that a person sees whether it is the right one; blank without one. */
export function logText({ log }: Reconciliation): string {
  if (log === undefined) return '';
  const { entries, from, to, application } = log;
  const time = from === '' ? 'without a time' : `from ${from} to ${to}`;
  return `The log: ${count(entries, 'entry', 'entries')} ${time}${application === '' ? '' : `, application "${application}"`}. Make sure that it is the one of the first sync.`;
}

export const reconcileTitle = ({ provider }: Reconciliation): string => `What the first sync of ${PROVIDER_NAMES[provider]} did`;

export interface ReconcileSection {
  readonly id: string;
  readonly title: string;
  readonly look: 'bad' | 'wary' | 'good';
  readonly fix: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows that there are; as many as `rows`, or more. */
  readonly total: number;
}

const nameText = (named: Named | undefined): string => named?.name ?? '';
const idText = (named: Named | undefined): string => named?.id ?? '';

const WHAT: Readonly<Record<Fact['what'], string>> = {
  account: 'account',
  userName: 'username',
  email: 'email',
  givenName: 'given name',
  familyName: 'family name',
  active: 'active',
  group: 'group',
  name: 'name',
  member: 'member',
  log: 'log',
};

/** Returns what is not as predicted, in words. */
export const factsText = (facts: readonly Fact[]): string => facts.map(factText).join('; ');

function factText({ what, expected, found, id }: Fact): string {
  const text = `${WHAT[what]}: ${found === '' ? 'blank' : found}${id === undefined ? '' : ` (${id})`}`;
  return expected === '' ? text : `${text}, expected ${expected}`;
}

const EFFECT_WORDS: Readonly<Record<string, string>> = {
  link: 'linked',
  create: 'created',
  overwrite: 'values overwritten',
  activate: 'activated',
  deactivate: 'deactivated',
  untouched: 'left alone',
  ambiguous: 'not certain which',
  unknown: 'not certain',
  added: 'added',
  lost: 'removed',
  skipped: 'skipped',
};

export const effectsText = (effects: readonly string[]): string => effects.map((effect) => EFFECT_WORDS[effect] ?? effect).join(', ');

const RESULT_HEADINGS = ['about', 'user id', 'username', 'in the provider', 'group', 'predicted', 'found'] as const;
const SURPRISE_HEADINGS = ['user id', 'username', 'in the provider', 'group', 'found'] as const;

const resultRow = ({ about, user, idpUser, group, effects, facts }: Result): readonly string[] => [
  about,
  idText(user),
  nameText(user),
  nameText(idpUser),
  nameText(group),
  effectsText(effects),
  factsText(facts),
];

/** Returns a section without the columns that are blank in each of its rows. */
function withoutBlanks(section: ReconcileSection): ReconcileSection {
  const used = section.headings.map((_, at) => section.rows.some((row) => row[at] !== ''));
  const pick = (row: readonly string[]): readonly string[] => row.filter((_, at) => used[at]);
  return { ...section, headings: pick(section.headings), rows: section.rows.map(pick) };
}

/** Returns a row as a sentence: whom it is about, what was predicted, and what was found. */
export function rowText(headings: readonly string[], row: readonly string[]): string {
  const cell = (heading: string): string => row[headings.indexOf(heading)] ?? '';
  const [name, person, group] = [cell('username'), cell('in the provider'), cell('group')];
  const id = cell('user id') === '' ? '' : ` (id ${cell('user id')})`;
  const subject = [
    name === '' ? '' : `${name}${id}`,
    person === '' || person === name ? '' : name === '' ? person : `in the provider ${person}`,
    group === '' ? '' : name === '' && person === '' ? group : `group ${group}`,
  ].filter((part) => part !== '');
  const [predicted, found] = [cell('predicted'), cell('found')];
  const said = [predicted === '' ? '' : `predicted: ${predicted}`, found].filter((part) => part !== '');
  return `${subject.join(', ')}${said.length === 0 ? '' : `: ${said.join('; ')}`}`;
}

/** Returns the sections; at most so many rows each. */
export const reconcileSections = (reconciliation: Reconciliation, most?: number): readonly ReconcileSection[] =>
  sectionsOf(reconciliation, most).map(withoutBlanks);

function sectionsOf({ results, surprises, log }: Reconciliation, most = Number.POSITIVE_INFINITY): readonly ReconcileSection[] {
  const sections: ReconcileSection[] = [];
  for (const kind of SURPRISES) {
    const found = surprises.filter((surprise) => surprise.kind === kind);
    if (found.length === 0) continue;
    const { title, fix } = SURPRISE_WORDS[kind];
    const rows = found
      .slice(0, most)
      .map(({ user, group, idpUser, facts }) => [idText(user), nameText(user), nameText(idpUser), nameText(group), factsText(facts)]);
    sections.push({ id: kind, title, look: 'bad', fix, headings: SURPRISE_HEADINGS, rows, total: found.length });
  }
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  if (failed.length > 0) {
    sections.push({
      id: 'failed',
      title: 'Predictions that did not come true',
      look: 'bad',
      fix: "Look these people and groups up in the provider's log: they were skipped, or a request failed. The next cycle may repeat it.",
      headings: RESULT_HEADINGS,
      rows: failed.slice(0, most).map(resultRow),
      total: failed.length,
    });
  }
  const open = results.filter(({ outcome }) => outcome === 'not-known');
  const withFacts = open.filter(({ facts }) => facts.length > 0);
  if (withFacts.length > 0) {
    sections.push({
      id: 'not-certain',
      title: 'Not certain before, and something happened',
      look: 'wary',
      fix: 'Make sure that this is what you want.',
      headings: RESULT_HEADINGS,
      rows: withFacts.slice(0, most).map(resultRow),
      total: withFacts.length,
    });
  }
  const silent = open.filter(({ facts }) => facts.length === 0);
  if (silent.length > 0) {
    sections.push({
      id: 'not-known',
      title: log === undefined ? 'Cannot be told from this export' : 'Cannot be told from this export and this log',
      look: 'wary',
      fix:
        log === undefined
          ? "A link that changes no value leaves no trace in an export. The provider's log shows it: --idp-log FILE."
          : 'A link that changes no value leaves no trace in an export, and the log does not name these. Look at them in the provider, or give the log of a longer time.',
      headings: RESULT_HEADINGS,
      rows: silent.slice(0, most).map(resultRow),
      total: silent.length,
    });
  }
  return sections;
}

export const OUTCOME_TEXT = OUTCOME_WORDS;
