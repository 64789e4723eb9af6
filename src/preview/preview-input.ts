/** The input of a prediction. */

import type { RuleContext } from '../rules/rule.js';

/** The part of an audit's context that a prediction uses; it must include the identity provider's exports. */
export type Foreseeable = Pick<RuleContext, 'directory' | 'policy' | 'index' | 'sync' | 'idp'>;

export type PreviewInput = Required<Foreseeable>;

/** Limit on the related subjects that a forecast names. */
export const MOST_NAMED = 20;

/** Characters that are certainly not special; Entra does not say which ones it means. */
const IN_ADDRESS = /^[\p{L}\p{M}\p{N} _.@-]*$/u;

/** Has characters for which Entra documents that look-ups by the value may fail. */
export const isSpecial = (text: string): boolean => !IN_ADDRESS.test(text);
