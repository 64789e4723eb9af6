/** Sentences for people, made of parts: values of an export stand in them as data, so that they can be redacted. */

/** The id of a user; or a name that a person gave to something else, and that may be a user's or a group's as well: it stands in quotes. */
export type NotePart =
  | string
  | { readonly userId: string }
  | { readonly name: string }
  | Quoted
  | { readonly foreign: string }
  /** The sentence of a finding. */
  | { readonly finding: StatedFinding; readonly message: string };

/** A finding, as far as notes know it. */
interface StatedFinding {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info';
}

/** A note that holds no value is a plain sentence. */
export type Note = string | readonly NotePart[];

/** Of a longer value, so many characters are shown. */
const LONGEST = 60;

/** A value or a heading of an export, which stands in quotes. */
export class Quoted {
  constructor(
    readonly text: string,
    /** `value` is shortened, `whole` is not; a `column` is a heading without quotes, and `plain` a value without quotes. */
    readonly kind: 'value' | 'whole' | 'id' | 'heading' | 'column' | 'plain',
    /** Follows it within the quotes. */
    readonly after = '',
  ) {}

  toString(): string {
    const text = this.text + this.after;
    return this.kind === 'column' || this.kind === 'plain' ? text : this.kind === 'heading' || this.kind === 'whole' ? JSON.stringify(text) : quotedText(text);
  }

  /** Returns it with another text in place of its own. */
  with(text: string): Quoted {
    return new Quoted(text, this.kind, this.after);
  }
}

/** The parts of a note; as text they are the sentence. */
class Parts extends Array<NotePart> {
  override toString(): string {
    return noteText(this);
  }
}

const flat = (part: NotePart | number | readonly NotePart[]): readonly NotePart[] => {
  if (typeof part === 'number') return [String(part)];
  return Array.isArray(part) ? part : [part as NotePart];
};

/** Returns the note of some parts. */
export const noteOf = (parts: readonly NotePart[]): readonly NotePart[] => Parts.from(parts);

/** Returns the note of a template: what stands in it as data stays data. */
export const note = (texts: TemplateStringsArray, ...parts: readonly (NotePart | number | readonly NotePart[])[]): readonly NotePart[] =>
  Parts.from(texts.flatMap((text, at) => [...(text === '' ? [] : [text]), ...(at < parts.length ? flat(parts[at]) : [])]));

export const userId = (id: string): NotePart => ({ userId: id });

/** Returns parts with a text between each two. */
export const joined = (parts: readonly (NotePart | readonly NotePart[])[], between: string): readonly NotePart[] =>
  Parts.from(parts.flatMap((part, at) => [...(at === 0 ? [] : [between]), ...flat(part)]));

export const quotedName = (name: string): NotePart => ({ name });

/** Returns a value of the export in quotes that show where it ends; a long one is shortened. */
export const quoted = (value: string): Quoted => new Quoted(value, 'value');

/** Returns the same without shortening it: two values may differ at their ends. */
export const quotedWhole = (value: string): Quoted => new Quoted(value, 'whole');

/** Returns a value as it is, for a text that has quotes of its own or none. */
export const plainValue = (value: string): Quoted => new Quoted(value, 'plain');

/** Returns the id of a user or group in quotes. */
export const quotedId = (id: string): Quoted => new Quoted(id, 'id');

/** Returns a heading of the export in quotes. */
export const quotedHeading = (heading: string): Quoted => new Quoted(heading, 'heading');

/** Returns what another program says, such as a parser: it may quote any value. */
export const foreign = (text: string): NotePart => ({ foreign: text });

const quotedText = (name: string): string => JSON.stringify(name.length > LONGEST ? `${name.slice(0, LONGEST - 3)}…` : name);

/** Returns the sentence. */
export const noteText = (told: Note): string => (typeof told === 'string' ? told : told.map(partText).join(''));

function partText(part: NotePart): string {
  if (typeof part === 'string') return part;
  if (part instanceof Quoted) return String(part);
  if ('userId' in part) return part.userId;
  if ('name' in part) return quotedText(part.name);
  return 'finding' in part ? part.message : part.foreign;
}

/** What replaces the parts of a note. */
export interface NoteAliases {
  userId(id: string): string;
  name(text: string): string;
  value(text: string): string;
  heading(text: string): string;
  /** Returns the sentence of a finding, about aliases. */
  finding(finding: StatedFinding): string;
}

const KIND_OF_ALIAS = { value: 'value', whole: 'value', plain: 'value', id: 'userId', heading: 'heading', column: 'heading' } as const satisfies Record<
  Quoted['kind'],
  keyof NoteAliases
>;

/** Stands in for a text that may hold any value. */
const WITHHELD = '(withheld)';

/** Returns the note with aliases for whom it names. */
export function redactNote(told: Note, aliases: NoteAliases): Note {
  if (typeof told === 'string') return told;
  return told.map((part) => {
    if (typeof part === 'string') return part;
    if (part instanceof Quoted) return part.with(aliases[KIND_OF_ALIAS[part.kind]](part.text));
    if ('userId' in part) return { userId: aliases.userId(part.userId) };
    if ('name' in part) return { name: aliases.name(part.name) };
    return 'finding' in part ? aliases.finding(part.finding) : WITHHELD;
  });
}
