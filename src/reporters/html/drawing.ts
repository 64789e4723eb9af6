/** A component as SVG: accounts in a column, and beside them a rail for each username that is wanted. */

import { cut, widthOf } from '../columns.js';
import { escapeMarkup, visible } from '../visible.js';
import type { Component, Link, Node } from './contests.js';

const COLUMN = 7.3;
const LONGEST = 46;
const BOX = 38;
const PITCH = 52;
const RAIL = 15;
const TOP = 2;
/** Links leave below the middle of a box and arrive above it, so that a chain reads as a line. */
const OFF = 8;

const SAYS: Readonly<Record<Link['kind'], string>> = { wants: 'wants the username of', holds: 'has the username', email: 'has as its email the username of' };
const SAYS_NAME: Readonly<Record<Link['kind'], string>> = { wants: 'wants the username', holds: 'has the username', email: 'has as its email the username' };

/** Yields the drawing of a component. */
export function* drawComponent({ nodes, links }: Component): Iterable<string> {
  const labels = nodes.map(({ label }) => cut(visible(label) || '(blank)', LONGEST));
  const details = nodes.map(({ detail }) => cut(visible(detail), LONGEST));
  const widest = Math.max(...[...labels, ...details].map((text) => widthOf(text)));
  const box = Math.ceil(widest * COLUMN + 22);
  const rails = railsOf(links);
  const lanes = Math.max(0, ...rails.values()) + 1;
  const width = box + 18 + lanes * RAIL;
  const height = nodes.length * PITCH - (PITCH - BOX) + 2 * TOP;
  yield `<svg role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-label="${escapeMarkup(inWords(nodes, links))}">\n`;
  for (const link of links) yield `${drawLink(link, box, rails.get(link.to) ?? 0)}\n`;
  for (const [at, node] of nodes.entries()) yield `${drawNode(node, at, box, labels[at], details[at])}\n`;
  yield '</svg>\n';
}

const middleOf = (place: number): number => TOP + place * PITCH + BOX / 2;

function drawNode({ kind, state }: Node, place: number, box: number, label: string, detail: string): string {
  const y = TOP + place * PITCH;
  const round = kind === 'name' ? BOX / 2 : 5;
  return (
    `<rect class="n ${state}" x="1" y="${y}" width="${box}" height="${BOX}" rx="${round}"/>` +
    `<text class="l" x="12" y="${y + 16}">${escapeMarkup(label)}</text><text class="d" x="12" y="${y + 30}">${escapeMarkup(detail)}</text>`
  );
}

function drawLink({ from, to, kind }: Link, box: number, rail: number): string {
  const start = middleOf(from) + OFF;
  const end = middleOf(to) - OFF;
  const edge = box + 1;
  const x = edge + 14 + rail * RAIL;
  const down = end > start ? 1 : -1;
  const bend = 6;
  const path = `M${edge} ${start}H${x - bend}Q${x} ${start} ${x} ${start + down * bend}V${end - down * bend}Q${x} ${end} ${x - bend} ${end}H${edge + (kind === 'wants' ? 7 : 0)}`;
  const head = kind === 'wants' ? `<path class="h" d="M${edge} ${end}l9 -5v10z"/>` : '';
  return `<path class="k ${kind}" d="${path}"/>${head}`;
}

/** Returns the rail of each node that links lead to: the innermost that is free along its whole length. */
function railsOf(links: readonly Link[]): Map<number, number> {
  const spans = new Map<number, { from: number; to: number }>();
  for (const { from, to } of links) {
    const span = spans.get(to) ?? { from: to, to };
    spans.set(to, { from: Math.min(span.from, from), to: Math.max(span.to, from) });
  }
  const ends: { from: number; to: number }[][] = [];
  const rails = new Map<number, number>();
  for (const [node, span] of [...spans].sort(([, a], [, b]) => a.to - a.from - (b.to - b.from) || a.from - b.from)) {
    let rail = ends.findIndex((taken) => taken.every(({ from, to }) => to <= span.from || from >= span.to));
    if (rail < 0) rail = ends.push([]) - 1;
    ends[rail].push(span);
    rails.set(node, rail);
  }
  return rails;
}

const MOST_SAID = 8;

function inWords(nodes: readonly Node[], links: readonly Link[]): string {
  const said = links.slice(0, MOST_SAID).map(({ from, to, kind }) => {
    const words = nodes[to].kind === 'name' ? SAYS_NAME[kind] : SAYS[kind];
    return `${visible(nodes[from].label)} ${words} ${visible(nodes[to].label)}`;
  });
  return `${said.join('; ')}${links.length > MOST_SAID ? '; and more' : ''}.`;
}
