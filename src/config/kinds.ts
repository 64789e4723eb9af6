/** The kinds of settings: how the value of each is written as an option, as an environment variable and in the config file. */

import type { z } from 'zod';

/** Schemas are made when a config file is read: other commands start without zod. */
export type Zod = typeof z;

export interface Kind<S extends z.ZodType = z.ZodType> {
  /** What a value looks like, for people. */
  readonly form: string;
  readonly choices?: readonly string[];
  /** The option may be written several times; all its values count. */
  readonly mayRepeat?: true;
  /** How a variable separates the values of a list. */
  readonly separatedBy?: string;
  schema(zod: Zod): S;
  /** Returns the value of an option once it has this word as well; undefined if the word is invalid. Absent: the word is the value. */
  readWord?(word: string, before: z.output<S> | undefined): z.output<S> | undefined;
  /** Returns the value of an environment variable; undefined if the text is invalid. Absent: no variable sets it. */
  readVariable?(text: string): z.output<S> | undefined;
  /** Returns the words after the option, once for each time that it is written. Absent: an option without words. */
  writeWords?(value: z.output<S>): readonly string[];
  /** Returns the value with paths that are relative to the config file. */
  relativeTo?(value: z.output<S>, resolve: (path: string) => string): z.output<S>;
}

const kind = <S extends z.ZodType>(made: Kind<S>): Kind<S> => made;

const inList = <C extends string>(choices: readonly C[], text: string): C | undefined => choices.find((choice) => choice === text);

/** Returns the kind of a setting that is one of some words; `readOther` takes other spellings of them on the command line. */
export const choice = <const C extends readonly [string, ...string[]]>(choices: C, readOther?: (word: string) => C[number] | undefined) =>
  kind({
    form: `one of ${choices.join(', ')}`,
    choices,
    schema: (zod) => zod.enum(choices),
    ...(readOther === undefined ? {} : { readWord: (word: string) => inList(choices, word.toLowerCase()) ?? readOther(word) }),
    readVariable: (text) => inList(choices, text),
    writeWords: (value) => [value],
  });

export const yesOrNo = kind({
  form: 'true or false',
  schema: (zod) => zod.boolean(),
  readVariable: (text) => (/^(?:1|true)$/i.test(text) ? true : /^(?:0|false)$/i.test(text) ? false : undefined),
});

export const text = kind({ form: 'a text', schema: (zod) => zod.string().min(1), readVariable: (given) => given, writeWords: (value) => [value] });

export const path = kind({ ...text, form: 'the path of a file', relativeTo: (value, resolve) => resolve(value) });

const gather = (word: string, before: readonly string[] = []): string[] => [...before, word];

export const paths = kind({
  form: 'a list of paths',
  mayRepeat: true,
  schema: (zod) => zod.array(zod.string().min(1)),
  readWord: gather,
  writeWords: (value) => value,
  relativeTo: (value, resolve) => value.map(resolve),
});

/** In `GROUP=FILE` the file comes after the last `=`: names of groups may have one, files seldom do. */
export const pathsByGroup = kind({
  ...paths,
  form: 'a list of paths, or of GROUP=PATH',
  relativeTo: (value, resolve) =>
    value.map((each) => {
      const at = each.lastIndexOf('=');
      return `${each.slice(0, at + 1)}${resolve(each.slice(at + 1))}`;
    }),
});

const gatherNames = (word: string, before: readonly string[] = []): string[] | undefined => (word.trim() === '' ? undefined : gather(word, before));

/** Single words, such as ids and rules. */
export const words = kind({
  form: 'a list of words',
  mayRepeat: true,
  separatedBy: 'spaces or commas',
  schema: (zod) => zod.array(zod.string()),
  readWord: gatherNames,
  readVariable: (given) => given.split(/[\s,]+/).filter((word) => word !== ''),
  writeWords: (value) => value,
});

/** Texts that may have blanks and commas: a variable has one per line. */
export const lines = kind({
  form: 'a list of texts',
  mayRepeat: true,
  separatedBy: 'line ends',
  schema: (zod) => zod.array(zod.string().min(1)),
  readWord: gather,
  readVariable: (given) => {
    const found = given.split(/\r?\n/).filter((line) => line.trim() !== '');
    // An empty list of groups would mean that nothing is synced, and nothing is checked.
    return found.length === 0 ? undefined : found;
  },
  writeWords: (value) => value,
});

/** A list of names, or null for all that there are. */
export const namesOrAll = kind({
  ...lines,
  form: 'a list of names, or null for all of them',
  schema: (zod) => zod.array(zod.string().min(1)).min(1, 'it names no group; write null to mean every organization-level group').nullable(),
  readWord: (word, before) => gatherNames(word, before ?? []),
  writeWords: (value) => value ?? [],
});

const writePairs = (value: Readonly<Record<string, string>>): string[] => Object.entries(value).map(([name, meant]) => `${name}=${meant}`);

export const namesByName = kind({
  form: 'NAME=VALUE',
  mayRepeat: true,
  schema: (zod) => zod.record(zod.string(), zod.string()),
  readWord: (word, before) => {
    const at = word.indexOf('=');
    return at < 1 ? undefined : { ...before, [word.slice(0, at)]: word.slice(at + 1) };
  },
  writeWords: writePairs,
});

/** What spellings in the export mean; they are compared in lower case, without blanks around them. */
export const meanings = <const C extends readonly [string, ...string[]]>(choices: C) =>
  kind({
    form: choices.map((meaning) => `VALUE=${meaning}`).join(' or '),
    mayRepeat: true,
    schema: (zod) => zod.record(zod.string(), zod.enum(choices)),
    readWord: (word, before) => {
      const at = word.lastIndexOf('=');
      const meaning = inList(
        choices,
        word
          .slice(at + 1)
          .trim()
          .toLowerCase(),
      );
      return at < 0 || meaning === undefined ? undefined : { ...before, [word.slice(0, at).trim().toLowerCase()]: meaning };
    },
    writeWords: writePairs,
  });
