/** What people are asked, and what they can answer: one table, for the terminal and the page. */

import type { AskedUser, DecisionAction } from '../model/finding.js';
import { findRule, type RuleName } from '../rules/registry.js';
import { count, few, grouped } from '../rules/rule.js';
import { onlyUserName } from './answer-validation.js';
import { suggestionOf } from './decision-rows.js';
import { whoIs } from './question-context.js';
import type { Intention, IntentionName, Party, PlainQuestion, QuestionRow, Takes } from './question-shape.js';

export const LETTERS: Readonly<Record<IntentionName, string>> = {
  suggested: 's',
  keep: 'k',
  'one-person': 'p',
  neither: 'n',
  'set-email': 'e',
  'set-username': 'u',
  'set-name': 'g',
  activate: 'a',
  deactivate: 'd',
  'remove-member': 'm',
  accept: 'l',
  open: 'o',
};

type Unworded = Omit<PlainQuestion, 'text' | 'intentions'>;

/** What an action means, unless the rule has words of its own. */
const MEANS: Readonly<Record<DecisionAction, string>> = {
  'set-email': 'another email; a user in scope then gets it as username too',
  'set-username': 'another username; tell the person who signs in with the old one',
  'set-name': 'another name for the group',
  activate: 'the user becomes active, and may take a license',
  deactivate: 'the user can no longer sign in, and is out of scope',
  'remove-member': 'the user is removed from the groups now, deliberately, rather than by the first sync',
  accept: 'nothing changes; say why, and who is responsible',
};

interface Words {
  ask(row: QuestionRow, who: string, user: AskedUser): string;
  readonly means?: Readonly<Partial<Record<DecisionAction, string>>>;
}

/** Questions about one user, by rule. */
const ONE = {
  'missing-email': {
    ask: (_, who) => `${who} has no email. What is it?`,
    means: {
      'set-email': 'this is the email; it becomes the username too',
      deactivate: 'nobody uses the account: deactivate it',
      accept: 'the account stays without an email; say why, and who is responsible',
    },
  },
  'invalid-email': {
    ask: ({ current }, who) => `"${current}" is not an email address (${who}). What is the right one?`,
    means: {
      'set-email': 'this is the email; it becomes the username too',
      deactivate: 'nobody uses the account: deactivate it',
      accept: 'the email stays as it is; say why, and who is responsible',
    },
  },
  'inactive-basic-member': {
    ask: ({ current }, who) => `The first group sync removes this user from groups: ${who}, in ${current}. Will the person come back?`,
    means: {
      activate: 'yes: the user becomes active now, and may take a license',
      'remove-member': 'no: the user is removed from these groups now, deliberately',
      accept: 'the first sync may remove the user; say why, and who is responsible (memberships.csv keeps the list)',
    },
  },
  'not-in-idp': {
    ask: (_, who) => `${who} is not in the identity provider's exports. Has the person left?`,
    means: {
      deactivate: 'yes: deactivate the account',
      accept: 'no: the account stays; say why, and who is responsible',
    },
  },
  'idp-inactive-user': {
    ask: (_, who) => `${who} is active here and blocked in the identity provider. Has the person left?`,
    means: {
      deactivate: 'yes: deactivate the account',
      accept: 'no: the account stays active; say why, and who is responsible',
    },
  },
  'idp-subject-mismatch': {
    ask: ({ problem }) => `${problem} Which address is right?`,
    means: {
      'set-email': 'the email here is wrong: another email, which becomes the username too',
      'set-username': 'the email here is right, and becomes the username',
      accept: 'the addresses stay as they are; say why, and who is responsible',
    },
  },
  'integration-username': {
    ask: (_, who, { signsInFor = [], email }) =>
      `${who}: ${signsInFor.length === 0 ? 'another system signs' : `${few(signsInFor)} ${signsInFor.length === 1 ? 'signs' : 'sign'}`} in with this username, which must become "${email}". May it change?`,
    means: {
      'set-username': 'yes: the other system gets the new username when the plan is applied',
      'set-email': 'the email is wrong: another email, which becomes the username too',
      accept: 'no: the username stays; say why, and who is responsible',
    },
  },
  'username-email-mismatch': {
    ask: (_, who, { email }) =>
      `${who} needs "${email}" as the username, which waits for another decision or a valid email. Is there anything to decide about this account alone?`,
  },
} satisfies Partial<Record<RuleName, Words>>;

const WORDS: ReadonlyMap<string, Words> = new Map(Object.entries(ONE));

/** Returns the question in words. */
export function askedOf({ kind, rule, rows, parties, value }: Unworded): string {
  const [row] = rows;
  const contesting = parties.filter(({ claim }) => claim.isContested);
  const n = numberWord(contesting.length);
  if (kind === 'whose') {
    if (rule === 'duplicate-username') return `${n} accounts have the username "${value}". Whose is it?`;
    if (rule === 'duplicate-email') return `${n} accounts have the email "${value}". Whose is it?`;
    if (rule === 'ambiguous-match') return `${n} accounts have the address "${value}", which is one person's in the identity provider. Which is that person's?`;
    return `${n} accounts want "${value}". Whose is it?`;
  }
  if (kind === 'name') return `${numberWord(parties.length)} groups are called "${value}". Which of them keeps the name?`;
  if (kind === 'waits' && parties.length > 1)
    return `"${value}" becomes free once other questions about these accounts are settled. Is there anything to decide here?`;
  const words = WORDS.get(rule);
  if (words !== undefined && row.user !== undefined) return words.ask(row, `${whoIs(row.user)}`, row.user);
  if (row.subject === 'snapshot') return `${row.problem} Is the export right as it is?`;
  return row.problem;
}

const SMALL = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];
const numberWord = (n: number): string => SMALL[n] ?? grouped(n);

const intention = (name: IntentionName, text: string, takes: Takes = 'nothing'): Intention => ({ name, letter: LETTERS[name], text, takes });

/** Returns what can be answered, in the order in which it is offered. */
export function intentionsOf(asked: Unworded): Intention[] {
  const { kind, rows, parties } = asked;
  const suggested = suggestionText(rows);
  const first = suggested === '' ? [] : [intention('suggested', `as suggested: ${suggested}`)];
  const rest = [...(rows.every(({ actions }) => actions.includes('accept')) ? [acceptance(asked)] : []), intention('open', openText(asked))];
  if (kind === 'whose') return [...first, ...sharing(parties), ...rest];
  if (kind === 'name') return [...first, intention('keep', 'one group keeps the name; each other gets another', 'keeper'), ...rest];
  if (kind === 'waits' && parties.length > 1) return [...first, ...rest];
  return [...first, ...single(asked), ...rest];
}

/** Returns what can be done about a value that several accounts want. */
function sharing(parties: readonly Party[]): Intention[] {
  const contesting = parties.filter(({ claim }) => claim.isContested);
  const stuck = contesting.filter(({ claim: { ways } }) => Object.keys(ways).length === 0);
  const others = contesting.length === 2 ? 'the other' : 'the others';
  const isKeepable = stuck.length < 2;
  const mayRetire = contesting.some(({ claim: { ways } }) => ways.deactivate !== undefined);
  return [
    ...(isKeepable
      ? [
          intention(
            'keep',
            `one account keeps it; ${others} ${contesting.length === 2 ? 'gets' : 'get'} another address${mayRetire ? `, or ${contesting.length === 2 ? 'is' : 'are'} deactivated` : ''}`,
            'keeper',
          ),
        ]
      : []),
    ...(isKeepable
      ? [
          intention(
            'one-person',
            `it is one person with ${count(contesting.length, 'account')}: one is kept, ${others} ${contesting.length === 2 ? 'is' : 'are'} retired`,
            'keeper',
          ),
        ]
      : []),
    ...(stuck.length === 0 ? [intention('neither', `${contesting.length === 2 ? 'neither' : 'none of them'}: each gets another address`)] : []),
  ];
}

/** Returns what can be done about the first row, in the order of its actions. */
function single({ rows: [{ rule, actions, suggestion }], parties: [party] }: Unworded): Intention[] {
  const means = { ...MEANS, ...WORDS.get(rule)?.means };
  const suggested = suggestionOf(suggestion, actions);
  return actions.flatMap((action): Intention[] => {
    if (action === 'accept') return [];
    if (action === 'set-username') {
      const only = onlyNameOf(party);
      // The suggestion says the same.
      if (only === '' || (suggested?.action === action && suggested.value === only)) return [];
      if (only !== undefined) return [intention(action, `${WORDS.get(rule)?.means?.[action] ?? GETS_THE_EMAIL} (${only})`)];
    } else if (suggested?.action === action && suggested.value === '') return [];
    return [intention(action, means[action], action.startsWith('set-') ? 'value' : 'nothing')];
  });
}

/** The one username that a user in scope can get. */
const GETS_THE_EMAIL = 'this account gets its email as username; settle the other users who need it too';

/** Returns the only username that an account can get; '' if there is none, undefined if a person says which. */
export const onlyNameOf = ({ user, about, rows: [row] }: Party): string | undefined =>
  onlyUserName(
    user,
    about.filter((other) => other !== row),
  );

function acceptance({ kind, rows: [{ rule, subject }] }: Unworded): Intention {
  const own = kind === 'one' ? WORDS.get(rule)?.means?.accept : undefined;
  const who = kind === 'whose' || kind === 'name' ? 'all of them stay as they are' : 'nothing changes';
  const text = subject === 'snapshot' ? 'yes: it is meant so; say why, and who is responsible' : `${who}; say why, and who is responsible`;
  return intention('accept', own ?? text, 'terms');
}

function openText({ rows: [{ subject }] }: Unworded): string {
  return subject === 'snapshot' ? 'no, or not known yet: leave it open, export again' : 'leave it open';
}

/** What a suggestion does, before its value. */
const DOES: Readonly<Record<DecisionAction, string>> = {
  'set-username': 'gets the username',
  'set-email': 'gets the email',
  'set-name': 'is called',
  activate: 'becomes active',
  deactivate: 'is deactivated',
  'remove-member': 'is removed from these groups now, deliberately',
  accept: 'stays as it is',
};

/** Returns what the rows suggest, in one line. */
function suggestionText(rows: readonly QuestionRow[]): string {
  // Two findings may suggest the same about one account.
  const all = new Set(
    rows.flatMap(({ subject, id, suggestion, actions }) => {
      const known = suggestionOf(suggestion, actions);
      if (known === undefined) return [];
      return [`${subject}${id === '' ? '' : ` ${id}`} ${DOES[known.action]}${known.value === '' ? '' : ` "${known.value}"`}`];
    }),
  );
  const shown = [...all].slice(0, 3).join('; ');
  return all.size > 3 ? `${shown} and ${grouped(all.size - 3)} more` : shown;
}

/** Returns what a question is filed under: the title of its rule. */
export const titleOf = ({ rule }: Pick<PlainQuestion, 'rule'>): string => findRule(rule)?.title ?? rule;
