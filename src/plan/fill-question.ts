/** What an answer to a question writes into the rows of decisions.csv. Pure: the terminal and the page write the same. */

import { type Answer, NO_ANSWER, suggestionOf } from './decision-rows.js';
import { assigned, type IntentionName, type Party, type PlainQuestion, type QuestionRow, type Way } from './question-shape.js';
import { onlyNameOf } from './question-words.js';

/** What becomes of an account or a group that does not keep the value. */
export interface Giving {
  readonly way: Way;
  /** The new address or name; absent: the one that is suggested. */
  readonly value?: string;
}

export interface Reply {
  readonly intention: IntentionName;
  /** Who keeps the value: the id of an account or a group. */
  readonly keeper?: string;
  /** By id, if it is not the suggested address. */
  readonly others?: ReadonlyMap<string, Giving>;
  /** The new address or name. */
  readonly value?: string;
  /** Reason, owner and end of an acceptance. */
  readonly terms?: Pick<Answer, 'reason' | 'owner' | 'expires'>;
}

/** A reply that a question does not have, or that lacks something: a mistake of the program that asks. */
export class UnfitReply extends Error {
  override readonly name = 'UnfitReply';
}

/** Returns the five cells of every row of a question. Rows that the answer says nothing about are left open. Throws UnfitReply. */
export function fill<R extends QuestionRow>(question: PlainQuestion<R>, reply: Reply): Map<R, Answer> {
  const cells = new Map<R, Answer>(question.rows.map((row) => [row, withNotes(row, {})]));
  const set = (row: R, answer: Partial<Answer>): void => void cells.set(row, withNotes(row, answer));
  const { intention } = reply;
  if (intention === 'open') return cells;
  if (!question.intentions.some(({ name }) => name === intention)) throw new UnfitReply(`the question has no intention ${intention}`);
  if (intention === 'suggested') {
    for (const row of question.rows) {
      const suggestion = suggestionOf(row.suggestion, row.actions);
      if (suggestion !== undefined) set(row, suggestion);
    }
  } else if (intention === 'accept') {
    for (const row of question.rows) cells.set(row, { ...NO_ANSWER, ...reply.terms, action: 'accept' });
  } else if (intention === 'keep' || intention === 'one-person' || intention === 'neither') {
    for (const party of givingUp(question, reply)) giveUp(question, party, givingOf(party, reply), set);
  } else set(question.rows[0], { action: intention, value: reply.value ?? onlyValue(question, intention) });
  return cells;
}

/** A reason and an owner beside an open row are notes, and stay. */
const withNotes = ({ action, reason, owner, expires }: QuestionRow, answer: Partial<Answer>): Answer => ({
  ...NO_ANSWER,
  ...(action === 'accept' ? {} : { reason, owner, expires }),
  ...answer,
});

/** Returns who has to give the value up. */
export function givingUp<R extends QuestionRow>({ kind, parties }: PlainQuestion<R>, { intention, keeper }: Reply): Party<R>[] {
  const contesting = kind === 'name' ? parties : parties.filter(({ claim }) => claim.isContested);
  if (intention !== 'neither' && !contesting.some(({ id }) => id === keeper)) throw new UnfitReply(`${keeper ?? 'nobody'} cannot keep the value`);
  return contesting.filter(({ id }) => intention === 'neither' || id !== keeper);
}

/** Returns who can keep the value: all others can give it up. */
export function keepersOf<R extends QuestionRow>({ kind, parties }: PlainQuestion<R>): Party<R>[] {
  const contesting = kind === 'name' ? parties : parties.filter(({ claim }) => claim.isContested);
  if (kind === 'name') return [...contesting];
  const stuck = contesting.filter(({ claim: { ways } }) => Object.keys(ways).length === 0);
  return stuck.length === 0 ? [...contesting] : stuck.length === 1 ? stuck : [];
}

/** Returns whether an account of the same person stays active, because its rows hold one action less than it needs. */
export const staysActive = ({ user, claim: { ways } }: Party, { intention }: Reply): boolean =>
  intention === 'one-person' && user?.active === true && ways.deactivate === undefined;

/** Returns how a party gives the value up unless something else is said. */
function givingOf({ id, claim: { ways } }: Party, { intention, others }: Reply): Giving {
  const said = others?.get(id);
  if (said !== undefined) return said;
  const isRetired = (intention === 'one-person' && ways.deactivate !== undefined) || ways.address === undefined;
  return { way: isRetired ? 'deactivate' : 'address' };
}

function giveUp<R extends QuestionRow>(
  { kind, addresses }: PlainQuestion<R>,
  party: Party<R>,
  { way, value = addresses(party) }: Giving,
  set: (row: R, answer: Partial<Answer>) => void,
): void {
  if (kind === 'name') {
    set(party.rows[0], { action: 'set-name', value });
    return;
  }
  const release = party.claim.ways[way];
  // Without a new address, only what needs none is done.
  const chosen = release === undefined ? undefined : assigned(value === '' ? { ...release, wished: [] } : release, party.rows);
  if (chosen === undefined) throw new UnfitReply(`user ${party.id} cannot give the value up by ${way}`);
  for (const [row, action] of chosen) set(row, { action, value: action === 'deactivate' ? '' : value });
}

/** Returns the value of an action that leaves no choice. */
const onlyValue = ({ parties: [party] }: PlainQuestion, intention: IntentionName): string => (intention === 'set-username' ? (onlyNameOf(party) ?? '') : '');

/** Returns the rows that cut somebody off from an account or from groups. */
export const cutOffs = <R extends QuestionRow>(cells: ReadonlyMap<R, Answer>): R[] =>
  [...cells].flatMap(([row, { action }]) => (action === 'deactivate' || action === 'remove-member' ? [row] : []));

/** Two rows that decide otherwise about one account or group. */
export interface Clash<R extends QuestionRow> {
  readonly row: R;
  readonly other: R;
}

/** Returns where an answer decides otherwise than another row of `all` does: about an account or a group, or about a whole finding. */
export function clashesOf<R extends QuestionRow>(all: readonly R[], cells: ReadonlyMap<R, Answer>): Clash<R>[] {
  const given = new Map<string, { readonly row: R; readonly answer: Answer }[]>();
  for (const row of all) {
    const answer = cells.get(row) ?? row;
    if (answer.action === '') continue;
    for (const name of [row.fingerprint, ...(answer.action === 'accept' ? [] : [`${row.subject} ${row.id} ${aspectOf(answer.action)}`])]) {
      const known = given.get(name);
      if (known === undefined) given.set(name, [{ row, answer }]);
      else known.push({ row, answer });
    }
  }
  const clashes: Clash<R>[] = [];
  for (const [name, rows] of given) {
    const [first] = rows;
    const isOtherwise =
      name === first.row.fingerprint
        ? ({ action, reason, owner, expires }: Answer): boolean =>
            (action === 'accept') !== (first.answer.action === 'accept') ||
            (action === 'accept' && (reason !== first.answer.reason || owner !== first.answer.owner || expires !== first.answer.expires))
        : ({ action, value }: Answer): boolean => action !== first.answer.action || value !== first.answer.value;
    const other = rows.find(({ answer }) => isOtherwise(answer));
    if (other === undefined) continue;
    // The one that is answered now comes first.
    if (cells.has(first.row)) clashes.push({ row: first.row, other: other.row });
    else if (cells.has(other.row)) clashes.push({ row: other.row, other: first.row });
  }
  return clashes;
}

const aspectOf = (action: string): string => (action === 'activate' || action === 'deactivate' ? 'status' : action);
