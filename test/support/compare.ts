/** How names are compared by default. */

import { collationOf } from '../../src/model/compare.js';
import { DEFAULT_COLLATION } from '../../src/model/policy.js';

export const collation = collationOf(DEFAULT_COLLATION);
export const { key, isBlank, differenceOf, matchOf } = collation;
