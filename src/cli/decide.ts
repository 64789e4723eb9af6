/** The dialogue of `decide`: asks a plan's questions one after the other, and saves each answer once it is confirmed. */

import { type Request, shellWord } from '../app/command-words.js';
import { todayOf } from '../app/context.js';
import { type DecisionRow, type Decisions, decide } from '../app/decide.js';
import type { WhatIf } from '../app/what-if.js';
import { joined, note, quotedName } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { PlainQuestion } from '../plan/question-shape.js';
import { questionsOf, rowByRow } from '../plan/questions.js';
import { wrap } from '../reporters/columns.js';
import { printable } from '../reporters/visible.js';
import { count, grouped } from '../rules/rule.js';
import { askQuestions } from './decide-dialogue.js';
import { type Dialogue, isLeft, isOpen } from './decide-saving.js';
import { type Ending, EXIT, type Io, shownOn } from './io.js';
import { contextOf } from './options.js';
import { openQuestions } from './questions.js';

export interface DecideFlags extends Request {
  /** Questions that were decided before as well. */
  readonly all?: boolean;
  /** Each row as a question of its own. */
  readonly rows?: boolean;
  /** In a browser. */
  readonly web?: boolean;
  /** Only questions with a finding of this rule. */
  readonly rule?: string;
  /** Only questions about this user: an id, a username or an email. */
  readonly user?: string;
}

/** Goes through a plan's questions on a terminal: the open ones, or all. With a source, tells what each answer leads to. */
export async function askDecisions(folder: string, source: string | undefined, flags: DecideFlags, io: Io): Promise<Ending> {
  const decisions = await decide(folder, io);
  const { file, rows, asking } = decisions;
  if (io.stdin.isTTY !== true || !io.stdout.isTTY) {
    throw new UserError('decide asks questions, so it needs a terminal.', `Run it on a terminal, or fill in ${file} in a spreadsheet.`);
  }
  const grouping = questionsOf(rows, asking);
  const every = flags.rows === true ? grouping.flatMap(rowByRow) : grouping;
  const sought = soughtIn(every, flags, decisions);
  const isAll = flags.all === true || flags.user !== undefined;
  const asked = isAll ? sought : sought.filter(isOpen);
  const decided = every.filter((question) => !isOpen(question)).length;
  const revision = `${count(decided, 'question is', 'questions are')} answered already and can be changed by "scim-audit decide ${shellWord(folder, io.process.shell)} --all"`;
  if (asked.length === 0) return { code: EXIT.done, reason: `nothing is open in ${file}; ${decided === 0 ? '' : `${revision}; `}run the plan again` };
  const { width } = shownOn(undefined, io, false);
  const tell = (text: string): void => io.stdout.write(`${wrap(printable(text), width, '').join('\n')}\n`);
  const whatIf = await whatIfOf(folder, source, flags, io);
  if (whatIf === undefined) {
    tell(`To see what each answer leads to before it is saved, name the source too: scim-audit decide ${shellWord(folder, io.process.shell)} SOURCE`);
  }
  if (!isAll && decided > 0) tell(`${revision}.`);
  const dialogue: Dialogue = {
    decisions,
    asked: [...asked],
    every,
    whatIf,
    isAll,
    width,
    today: todayOf(io),
    steps: [],
    now: undefined,
    write: (text) => io.stdout.write(text),
  };
  const open = (): string => grouped(every.filter((question) => isLeft(question, dialogue.now)).length);
  const standing = (): string => {
    return dialogue.steps.length === 0
      ? 'nothing was written.'
      : `${count(dialogue.steps.length, 'answer is', 'answers are')} saved, ${open()} still open; run decide again to go on.`;
  };
  const questions = openQuestions(io, io.stdout, standing);
  try {
    await askQuestions(dialogue, questions);
  } finally {
    questions.close();
  }
  return {
    code: EXIT.done,
    reason: `${count(dialogue.steps.length, 'answer')} saved, ${open()} still open; run the plan again to see what they lead to`,
  };
}

async function whatIfOf(
  folder: string,
  source: string | undefined,
  { all: _, rows: __, rule: ___, user: ____, web: _____, ...request }: DecideFlags,
  io: Io,
): Promise<WhatIf | undefined> {
  const isNamed = source !== undefined || [request.users, request.inactiveUsers].some((files) => files !== undefined);
  if (!isNamed) return undefined;
  const { openWhatIf } = await import('../app/what-if.js');
  return openWhatIf(folder, source, request, contextOf(io));
}

/** Returns the questions that are sought. Throws a UserError if there are none. */
function soughtIn(
  questions: readonly PlainQuestion<DecisionRow>[],
  { rule, user }: DecideFlags,
  { file, asking: { key } }: Decisions,
): readonly PlainQuestion<DecisionRow>[] {
  const ofRule = rule === undefined ? questions : questions.filter(({ rows }) => rows.some((row) => row.rule === rule));
  if (rule !== undefined && ofRule.length === 0) {
    const known = [...new Set(questions.flatMap(({ rows }) => rows.map((row) => row.rule)))];
    throw new UserError(
      note`${file} asks nothing about the rule ${quotedName(rule)}.`,
      known.length === 0 ? 'It asks nothing at all.' : note`It asks about ${joined(known.map(quotedName), ', ')}.`,
    );
  }
  if (user === undefined) return ofRule;
  const isSought = ({ subject, id, user: about }: DecisionRow): boolean =>
    subject === 'user' && (id === user || (about !== undefined && [about.userName, about.email].some((text) => text !== '' && key(text) === key(user))));
  const ofUser = ofRule.filter(({ rows }) => rows.some(isSought));
  if (ofUser.length === 0)
    throw new UserError(note`${file} asks nothing about a user with the id, username or email ${quotedName(user)}.`, 'Look the user up in plan.md.');
  return ofUser;
}
