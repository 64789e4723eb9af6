/** `--format`, with the formats that a kind of document has. */

import { Option } from 'commander';
import type { OutputWord } from '../app/outputs.js';
import { formatNames } from '../reporters/registry.js';
import type { Kind } from '../reporters/reporter.js';

/** Returns the option of a command that writes its document once. */
export const formatOption = (kind: Kind, usual: string): Option => new Option('--format <format>', 'output format').choices(formatNames(kind)).default(usual);

/** Returns the option of a command that may write its document several times; what is typed is added to the words in order. */
export const formatsOption = (kind: Kind, words: OutputWord[]): Option =>
  new Option('--format <format>', 'output format; may be repeated, each with its --output')
    .choices(formatNames(kind))
    .argParser((value: string) => words.push({ kind: 'format', value }));
