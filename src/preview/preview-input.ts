/** What a prediction rests on. */

import type { RuleContext } from '../rules/rule.js';

/** Of the context of an audit, what a prediction looks at; the identity provider's exports must be among it. */
export type Foreseeable = Pick<RuleContext, 'directory' | 'policy' | 'index' | 'sync' | 'idp'>;

export type Ground = Required<Foreseeable>;

/** Subjects that a forecast names beside its own: of more, these stand for all. */
export const MOST_NAMED = 20;

/** Characters that nobody calls special; Entra does not say which ones it means. */
const IN_ADDRESS = /^[\p{L}\p{M}\p{N} _.@-]*$/u;

/** Has characters for which Entra documents that look-ups by the value may fail. */
export const isSpecial = (text: string): boolean => !IN_ADDRESS.test(text);
