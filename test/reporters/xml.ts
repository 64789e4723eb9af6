/** Reads XML 1.0 as far as a report uses it: elements, attributes, the five entities. Everything else is an error. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const ILLEGAL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const TAG = /<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w-]*="[^"<]*")*)\s*(\/?)>/y;

function decode(text: string): string {
  if (text.includes('<') || text.includes(']]>')) throw new Error(`markup in text: ${text}`);
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(';') || ENTITIES[name] === undefined) throw new Error(`no entity: ${whole}`);
    return ENTITIES[name];
  });
}

/** Returns the root element. Throws where the text is not well-formed. */
export function parseXml(text: string): Element {
  const illegal = ILLEGAL.exec(text);
  if (illegal !== null) throw new Error(`U+${text.codePointAt(illegal.index)?.toString(16)} is no character of XML 1.0`);
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!text.startsWith(head)) throw new Error('no XML declaration');
  const top = { name: '', attributes: {}, children: [] as Element[], text: '' };
  const open: (typeof top)[] = [top];
  let at = head.length;
  while (at < text.length) {
    const current = open[open.length - 1];
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    current.text += decode(text.slice(at, end));
    if (next < 0) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(text);
    if (tag === null) throw new Error(`no tag: ${text.slice(next, next + 60)}`);
    const [, closes, name, attributes, isEmpty] = tag;
    at = TAG.lastIndex;
    if (closes === '/') {
      if (open.pop()?.name !== name || open.length === 0) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, decode(value)] as const);
    if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`an attribute twice in <${name}>`);
    const element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
    current.children.push(element);
    if (isEmpty === '') open.push(element);
  }
  if (open.length > 1) throw new Error(`<${open[open.length - 1].name}> is not closed`);
  if (top.children.length !== 1 || top.text.trim() !== '') throw new Error('not one root element');
  return top.children[0];
}

/** Returns an element and all below it that have the name. */
export function elementsOf(element: Element, name: string): Element[] {
  return [...(element.name === name ? [element] : []), ...element.children.flatMap((child) => elementsOf(child, name))];
}
