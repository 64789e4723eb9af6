/** The same answer for all questions of a kind, with what that does before it is given. */

import { type Reply, UnfitReply } from '../plan/fill-question.js';
import { titleOf } from '../plan/question-words.js';
import { count } from '../rules/rule.js';
import { intentionForAll } from './answer-fields.js';
import type { Desk, DeskQuestion } from './desk.js';
import { effectLines } from './effect-lines.js';
import { button, h, say } from './elements.js';

/** Asks whether a question's answer is to be given to all others of its kind that are open. */
export function offerForAll(desk: Desk, question: DeskQuestion, message: HTMLElement): void {
  const reply = desk.replyTo(question);
  if (reply === undefined || !intentionForAll(reply.intention)) return;
  const same = desk.questions.filter(
    (other) =>
      other.kind === question.kind && other.rule === question.rule && !desk.isDecided(other) && other.intentions.some(({ name }) => name === reply.intention),
  );
  askForAll(desk, question, same, reply, message);
}

/** Shows what an answer does if all questions of its kind get it, and gives it to them if that is wanted. */
function askForAll(desk: Desk, question: DeskQuestion, same: readonly DeskQuestion[], reply: Reply, message: HTMLElement): void {
  const pairs = same.map((each) => [each, reply] as const);
  const dialog = h('dialog', { 'aria-labelledby': 'all-title' });
  const close = (): void => {
    dialog.close();
    dialog.remove();
  };
  const lines: HTMLElement[] = [];
  let isPossible = same.length > 0;
  if (!isPossible) lines.push(h('p', {}, 'No other open question of this kind can be answered so.'));
  try {
    const answers = desk.answersWith(pairs);
    const after = desk.try(answers);
    if ('problems' in after)
      lines.push(
        h(
          'p',
          { class: 'bad' },
          `The plan cannot be made with ${count(after.problems.length, 'of them', 'of them')}. You can take the answer, and change these.`,
        ),
      );
    else if ('problems' in desk.judged) lines.push(h('p', { class: 'good' }, 'The plan can be made with these decisions then.'));
    else {
      const effect = desk.effectBetween(desk.answers, answers);
      if (effect !== undefined) lines.push(...effectLines(effect));
    }
  } catch (error) {
    if (!(error instanceof UnfitReply)) throw error;
    isPossible = false;
    lines.push(h('p', { class: 'bad' }, say(error.message)));
  }
  const words = question.intentions.find(({ name }) => name === reply.intention)?.text ?? reply.intention;
  dialog.append(
    h('h2', { id: 'all-title' }, say(`The same for ${count(same.length, 'other open question')}: ${titleOf(question)}`)),
    h('p', {}, reply.intention === 'suggested' ? 'Each gets what is suggested for it.' : say(words)),
    ...lines,
    h(
      'div',
      { class: 'line' },
      button(
        `Answer ${count(same.length, 'question')} so`,
        () => {
          close();
          desk.reply(pairs);
          message.replaceChildren(h('p', {}, `${count(same.length, 'question')} answered. Undo takes all of them together.`));
        },
        { class: 'main', disabled: !isPossible },
      ),
      button('Cancel', close),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}
