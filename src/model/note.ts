/** What a reader must be told about a source. Whom a note names stands in it as data, so that it can be redacted. */

/** The id of a user; or a name that somebody gave to something else, and that may be a user's or a group's as well: it stands in quotes. */
export type NotePart = string | { readonly userId: string } | { readonly name: string };

/** A note that names nobody is a plain sentence. */
export type Note = string | readonly NotePart[];

const flat = (part: NotePart | number | readonly NotePart[]): readonly NotePart[] => {
  if (typeof part === 'number') return [String(part)];
  return typeof part === 'string' || 'userId' in part || 'name' in part ? [part] : part;
};

/** Returns the note of a template: what stands in it as data stays data. */
export const note = (texts: TemplateStringsArray, ...parts: readonly (NotePart | number | readonly NotePart[])[]): readonly NotePart[] =>
  texts.flatMap((text, at) => [...(text === '' ? [] : [text]), ...(at < parts.length ? flat(parts[at]) : [])]);

export const userId = (id: string): NotePart => ({ userId: id });

/** Returns parts with a text between each two. */
export const joined = (parts: readonly (NotePart | readonly NotePart[])[], between: string): readonly NotePart[] =>
  parts.flatMap((part, at) => [...(at === 0 ? [] : [between]), ...flat(part)]);

export const quotedName = (name: string): NotePart => ({ name });

/** Of a longer name, so many characters are shown. */
const LONGEST = 60;
const quoted = (name: string): string => JSON.stringify(name.length > LONGEST ? `${name.slice(0, LONGEST - 3)}…` : name);

/** Returns the sentence. */
export const noteText = (told: Note): string => (typeof told === 'string' ? told : told.map(partText).join(''));

const partText = (part: NotePart): string => (typeof part === 'string' ? part : 'userId' in part ? part.userId : quoted(part.name));

/** Returns the note with aliases for whom it names. */
export function redactNote(told: Note, { userId: idOf, name: nameOf }: { userId(id: string): string; name(text: string): string }): Note {
  if (typeof told === 'string') return told;
  return told.map((part) => (typeof part === 'string' ? part : 'userId' in part ? { userId: idOf(part.userId) } : { name: nameOf(part.name) }));
}
