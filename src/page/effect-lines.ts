/** What a change of answers does, in lines. */

import { count } from '../rules/rule.js';
import type { Effect } from './desk.js';
import { h, say } from './elements.js';

const MOST_LINES = 6;

/** Returns an effect in lines. */
export function effectLines({ ended, begun, renames, noLonger }: Effect): HTMLElement[] {
  const part = (title: string, look: string, lines: readonly string[]): HTMLElement[] =>
    lines.length === 0
      ? []
      : [
          h('p', { class: look }, `${title}: ${lines.length}`),
          h(
            'ul',
            {},
            ...lines.slice(0, MOST_LINES).map((line) => h('li', {}, say(line))),
            lines.length > MOST_LINES ? h('li', { class: 'soft' }, `and ${count(lines.length - MOST_LINES, 'other')}`) : undefined,
          ),
        ];
  const found = [
    ...part('Findings that end', 'good', ended),
    ...part('Findings that begin', 'wary', begun),
    ...part('Renames that become possible', 'good', renames),
    ...part('Renames that are no longer made', 'wary', noLonger),
  ];
  return found.length === 0 ? [h('p', { class: 'soft' }, 'No finding ends or begins by it, and no rename depends on it.')] : found;
}
