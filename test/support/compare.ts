/** How names are compared by default. */

import { DEFAULT_COLLATION } from '../../src/model/collation-name.js';
import { collationOf } from '../../src/model/compare.js';

export const collation = collationOf(DEFAULT_COLLATION);
export const { key, isBlank, differenceOf, matchOf } = collation;
