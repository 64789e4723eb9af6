/** The keys of the page. */

import type { Card } from './card.js';
import type { Desk } from './desk.js';

export function pressed(event: KeyboardEvent, desk: Desk, cards: readonly Card[]): void {
  const { target, key } = event;
  const isTyping = target instanceof HTMLElement && (target.matches('select,textarea') || (target instanceof HTMLInputElement && target.type !== 'radio'));
  if (isTyping || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    const name = key.toLowerCase();
    if (name !== 'z' && name !== 'y') return;
    event.preventDefault();
    if (name === 'y' || event.shiftKey) desk.redo();
    else desk.undo();
    return;
  }
  const at = cards.findIndex(({ element }) => target instanceof Node && element.contains(target));
  if (at < 0) return;
  if (key === '.' || key === ',') {
    const next = cards[at + (key === '.' ? 1 : -1)];
    next?.element.focus();
    next?.element.scrollIntoView({ block: 'start' });
    if (next !== undefined) event.preventDefault();
  } else if (key.length === 1 && cards[at].press(key)) event.preventDefault();
}
