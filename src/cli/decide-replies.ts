/** What a person says besides the intention: who keeps a value, new addresses, and the terms of an acceptance. */

import { collationOf } from '../model/compare.js';
import type { DecisionAction } from '../model/finding.js';
import { type Note, noteText } from '../model/note.js';
import { DEFAULT_COLLATION } from '../model/policy.js';
import { acceptanceProblem, valueProblem } from '../plan/answer-validation.js';
import { type Giving, givingUp, keepersOf, type Reply, staysActive } from '../plan/fill-question.js';
import type { Intention, Party, PlainQuestion } from '../plan/question-shape.js';
import { wrap } from '../reporters/columns.js';
import { printable, visible } from '../reporters/visible.js';
import { count } from '../rules/rule.js';

export interface Terminal {
  /** Asks, with the question broken to the width; `indent` is put before each line of it. */
  ask(question: string, indent?: string): Promise<string>;
  readonly width: number | undefined;
  /** ISO date. */
  readonly today: string;
  write(text: string): void;
}

/** What an empty line does, unless it is an answer. */
const GO_BACK = 'empty: choose again';
/** With more accounts than this, the person is not asked about each. */
const MOST_ASKED = 3;

/** Returns a whole reply; undefined if the person chooses again. `number` is what was typed after the letter. */
export async function replyFor({ name, takes }: Intention, number: string, question: PlainQuestion, terminal: Terminal): Promise<Reply | undefined> {
  if (takes === 'terms') {
    const terms = await termsOf(terminal);
    return terms === undefined ? undefined : { intention: name, terms };
  }
  if (takes === 'value') {
    const value = await fitting(`New value (${GO_BACK})`, (text) => valueProblem(name as DecisionAction, text), terminal);
    return value === undefined ? undefined : { intention: name, value };
  }
  if (takes === 'nothing' && name !== 'neither') return { intention: name };
  const keeper = takes === 'keeper' ? await keeperOf(number, question, terminal) : undefined;
  if (takes === 'keeper' && keeper === undefined) return undefined;
  const reply: Reply = { intention: name, ...(keeper === undefined ? {} : { keeper: keeper.id }) };
  const others = await othersOf(question, reply, terminal);
  return others === undefined ? undefined : { ...reply, others };
}

async function keeperOf(number: string, question: PlainQuestion, { ask, write }: Terminal): Promise<Party | undefined> {
  const keepers = keepersOf(question);
  if (keepers.length === 1) return keepers[0];
  for (let typed = number; ; ) {
    if (typed === '') typed = (await ask(`Which one keeps it, 1 to ${keepers.length} (${GO_BACK}): `)).trim();
    if (typed === '') return undefined;
    const keeper = /^\d+$/.test(typed) ? keepers[Number(typed) - 1] : undefined;
    if (keeper !== undefined) return keeper;
    write(`Please type a number up to ${keepers.length}.\n`);
    typed = '';
  }
}

/** Returns what becomes of those who do not keep the value; undefined if the person chooses again. */
async function othersOf(question: PlainQuestion, reply: Reply, terminal: Terminal): Promise<Map<string, Giving> | undefined> {
  const giving = givingUp(question, reply);
  const others = new Map<string, Giving>();
  let isEachAsked = giving.length <= MOST_ASKED;
  if (!isEachAsked && giving.every((party) => question.addresses(party) !== '')) {
    const typed = await terminal.ask(`Enter: ${count(giving.length, 'other')} get what is suggested; e: say it for each: `);
    isEachAsked = typed.trim().toLowerCase() === 'e';
    if (!isEachAsked) return others;
  }
  for (const party of giving) {
    const said = await givingOf(question, party, reply, terminal);
    if (said === undefined) return undefined;
    others.set(party.id, said);
  }
  return others;
}

async function givingOf({ kind, addresses }: PlainQuestion, party: Party, reply: Reply, { ask, width, write }: Terminal): Promise<Giving | undefined> {
  const { subject, id } = party;
  const { ways } = party.claim;
  const isRetired = reply.intention === 'one-person' && ways.deactivate !== undefined;
  const usual = addresses(party);
  const mayRetire = kind !== 'name' && ways.deactivate !== undefined;
  const what = kind === 'name' ? 'another name' : 'another address';
  const action = kind === 'name' ? 'set-name' : ways.address?.needed.includes('set-email') === true || isRetired ? 'set-email' : 'set-username';
  const keys = [
    ...(usual === '' ? [] : [`Enter: ${usual}`]),
    `${usual === '' ? 'type' : 'or type'} ${what}`,
    ...(mayRetire && !isRetired ? ['d: deactivated as well'] : []),
    'c: choose again',
  ];
  const whose = isRetired ? 'is deactivated; which address does it get' : `what does it get`;
  const prompt = `${subject} ${visible(id)}${isRetired ? ' ' : ', '}${whose}? (${visible(keys.join('; '))})`;
  if (staysActive(party, reply)) {
    const text = `user ${visible(id)} can get another address here, and stays active: decisions.csv has one row about it, which holds one action. Deactivate it afterward.`;
    write(`${wrap(text, width, '  ').join('\n')}\n`);
  }
  let way: Giving['way'] = isRetired || (kind !== 'name' && ways.address === undefined) ? 'deactivate' : 'address';
  for (;;) {
    const typed = (await ask(`${prompt}: `, '  ')).trim();
    if (typed.toLowerCase() === 'c') return undefined;
    if (typed.toLowerCase() === 'd' && mayRetire) way = 'deactivate';
    const value = typed === '' || typed.toLowerCase() === 'd' ? usual : typed;
    const isNeeded = kind === 'name' || ways[way]?.needed.some((each) => each.startsWith('set-')) === true;
    const problem = value === '' && !isNeeded ? undefined : valueProblem(action, value);
    if (problem === undefined) return { way, value };
    write(`${wrap(printable(noteText(problem)), width, '').join('\n')}\n`);
  }
}

async function termsOf(terminal: Terminal): Promise<Reply['terms'] | undefined> {
  const conditions = { today: terminal.today, collation: collationOf(DEFAULT_COLLATION) };
  const reason = await fitting(`Why it is accepted (${GO_BACK})`, (text) => acceptanceProblem('reason', text, conditions), terminal);
  if (reason === undefined) return undefined;
  const owner = await fitting(`Who is responsible for it (${GO_BACK})`, (text) => acceptanceProblem('owner', text, conditions), terminal);
  if (owner === undefined) return undefined;
  const expires = await fitting('Until when (2027-01-31; empty: no end date)', (text) => acceptanceProblem('expires', text, conditions), terminal);
  return expires === undefined ? undefined : { reason, owner, expires };
}

/** Asks until the text is one that the next plan takes; returns undefined for an empty one that it would not. */
async function fitting(question: string, problemOf: (text: string) => Note | undefined, { ask, width, write }: Terminal): Promise<string | undefined> {
  for (;;) {
    const text = (await ask(`${question}: `)).trim();
    const problem = problemOf(text);
    if (problem === undefined) return text;
    if (text === '') return undefined;
    write(`${wrap(printable(noteText(problem)), width, '').join('\n')}\n`);
  }
}
