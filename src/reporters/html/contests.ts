/** Who wants whose username, as a graph: read from what a rule says of its findings, whichever rule it is. */

import type { Collation } from '../../model/compare.js';

/** An account, or a username that not exactly one account holds. */
export interface Node {
  readonly kind: 'user' | 'name';
  readonly label: string;
  readonly detail: string;
  readonly state: 'renamed' | 'stays' | 'inactive' | 'name';
}

export interface Link {
  readonly from: number;
  readonly to: number;
  /** `wants` the username of; `holds` that username; has it as `email` only. */
  readonly kind: 'wants' | 'holds' | 'email';
}

/** Accounts that are tied to one another. Its nodes are in an order in which links lead downward, but for rings. */
export interface Component {
  readonly nodes: readonly Node[];
  /** By places in `nodes`. */
  readonly links: readonly Link[];
  readonly patterns: readonly string[];
  readonly needsDecision: boolean;
  readonly users: number;
  /** Nodes that are not among `nodes`. */
  readonly leftOut: number;
}

interface Claimant {
  readonly id: string;
  readonly userName: string;
  readonly email: string;
  readonly active: boolean;
  readonly needsUpdate: boolean;
}

interface Contested {
  readonly userName: string;
  readonly pattern: string;
  readonly resolution: string;
  readonly users: readonly Claimant[];
}

const isClaimant = (value: unknown): value is Claimant =>
  typeof value === 'object' &&
  value !== null &&
  ['id', 'userName', 'email'].every((name) => typeof Reflect.get(value, name) === 'string') &&
  ['active', 'needsUpdate'].every((name) => typeof Reflect.get(value, name) === 'boolean');

const isContested = (data: object): data is Contested =>
  ['userName', 'pattern', 'resolution'].every((name) => typeof Reflect.get(data, name) === 'string') &&
  'users' in data &&
  Array.isArray(data.users) &&
  data.users.length > 0 &&
  data.users.every(isClaimant);

/** Gathers findings' data one by one; anything that is not a contest of a username is skipped. */
export class ContestGraph {
  readonly #nodes: Node[] = [];
  readonly #links: Link[] = [];
  readonly #placeById = new Map<string, number>();
  /** For each node another of its component, or itself. */
  readonly #parent: number[] = [];
  readonly #contests: { readonly node: number; readonly pattern: string; readonly needsDecision: boolean }[] = [];

  constructor(readonly key: Collation['key']) {}

  add(data: object): void {
    if (!isContested(data)) return;
    const { key } = this;
    const { userName, users, pattern, resolution } = data;
    const places = users.map((user) => this.#userNode(user));
    const holders = users.flatMap((user, at) => (key(user.userName) === userName ? [places[at]] : []));
    const detail = holders.length === 0 ? 'a username that nobody has' : `a username that ${holders.length} accounts have`;
    const target = holders.length === 1 ? holders[0] : this.#append({ kind: 'name', label: userName, detail, state: 'name' });
    for (const [at, user] of users.entries()) {
      const from = places[at];
      if (from === target) continue;
      const isWanting = user.needsUpdate && key(user.email) === userName;
      const kind = isWanting ? 'wants' : key(user.userName) === userName ? 'holds' : 'email';
      this.#links.push({ from, to: target, kind });
      this.#join(from, target);
    }
    this.#contests.push({ node: target, pattern, needsDecision: resolution === 'decision' });
  }

  /** Returns the components, those that need a decision first, each cut to so many nodes. */
  components(mostNodes: number): Component[] {
    const members = groupBy(this.#nodes.keys(), (node) => this.#root(node));
    const links = groupBy(this.#links, ({ from }) => this.#root(from));
    const contests = groupBy(this.#contests, ({ node }) => this.#root(node));
    const components = [...members].map(([root, nodes]) => {
      const own = contests.get(root) ?? [];
      const { order, inner } = arrange(nodes, links.get(root) ?? [], mostNodes);
      return {
        nodes: order.map((node) => this.#nodes[node]),
        links: inner,
        patterns: [...new Set(own.map(({ pattern }) => pattern))],
        needsDecision: own.some(({ needsDecision }) => needsDecision),
        users: nodes.filter((node) => this.#nodes[node].kind === 'user').length,
        leftOut: nodes.length - order.length,
      };
    });
    return [...components.filter(({ needsDecision }) => needsDecision), ...components.filter(({ needsDecision }) => !needsDecision)];
  }

  #append(node: Node): number {
    this.#parent.push(this.#nodes.length);
    return this.#nodes.push(node) - 1;
  }

  #userNode({ id, userName, active, needsUpdate }: Claimant): number {
    const known = this.#placeById.get(id);
    if (known !== undefined) return known;
    const state = needsUpdate ? 'renamed' : active ? 'stays' : 'inactive';
    const says = { renamed: 'to be renamed', stays: 'keeps its username', inactive: 'inactive, keeps its username' }[state];
    const place = this.#append({ kind: 'user', label: userName, detail: `id ${id}, ${says}`, state });
    this.#placeById.set(id, place);
    return place;
  }

  #root(node: number): number {
    let at = node;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at]];
      at = this.#parent[at];
    }
    return at;
  }

  /** The root is the earliest node, so that components come in the order of the source. */
  #join(a: number, b: number): void {
    const [first, second] = [this.#root(a), this.#root(b)].sort((x, y) => x - y);
    this.#parent[second] = first;
  }
}

function groupBy<T>(items: Iterable<T>, group: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const known = groups.get(group(item));
    if (known === undefined) groups.set(group(item), [item]);
    else known.push(item);
  }
  return groups;
}

/** Returns at most so many nodes in drawing order, and the links between them by places in that order. */
function arrange(nodes: readonly number[], links: readonly Link[], most: number): { order: number[]; inner: Link[] } {
  const chosen = nodes.length <= most ? nodes : nearest(nodes, links, most);
  const isChosen = new Set(chosen);
  const inside = links.filter(({ from, to }) => isChosen.has(from) && isChosen.has(to));
  const order = topological(chosen, inside);
  const placeOf = new Map(order.map((node, place) => [node, place]));
  return { order, inner: inside.map(({ from, to, kind }) => ({ from: placeOf.get(from) ?? 0, to: placeOf.get(to) ?? 0, kind })) };
}

/** Returns the node that most links lead to, and those around it: if a component is too large, only its center is shown. */
function nearest(nodes: readonly number[], links: readonly Link[], most: number): number[] {
  const neighbors = new Map<number, number[]>(nodes.map((node) => [node, []]));
  const incoming = new Map<number, number>();
  for (const { from, to } of links) {
    neighbors.get(from)?.push(to);
    neighbors.get(to)?.push(from);
    incoming.set(to, (incoming.get(to) ?? 0) + 1);
  }
  let heart = nodes[0];
  for (const node of nodes) if ((incoming.get(node) ?? 0) > (incoming.get(heart) ?? 0)) heart = node;
  const found = new Set([heart]);
  for (const node of found) {
    for (const next of neighbors.get(node) ?? []) {
      if (found.size === most) return [...found];
      found.add(next);
    }
  }
  return [...found];
}

/** Returns the nodes so that each stands after those that lead to it, a chain in one run; a ring is opened at its first node. */
function topological(nodes: readonly number[], links: readonly Link[]): number[] {
  const waiting = new Map<number, number>(nodes.map((node) => [node, 0]));
  const next = new Map<number, number[]>(nodes.map((node) => [node, []]));
  for (const { from, to } of links) {
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
    next.get(from)?.push(to);
  }
  const order = new Set<number>();
  const ready = nodes.filter((node) => waiting.get(node) === 0).reverse();
  for (let at = 0; order.size < nodes.length; ) {
    let node = ready.pop();
    if (node === undefined) {
      while (order.has(nodes[at])) at++;
      node = nodes[at];
    }
    if (order.has(node)) continue;
    order.add(node);
    for (const to of next.get(node) ?? []) {
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return [...order];
}
