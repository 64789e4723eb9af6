/** Keys by utf8mb4_general_ci: each character of the BMP has one weight, and all beyond it have that of U+FFFD. */

import { GENERAL_CI } from './general-ci-table.js';
import { unpackRuns } from './pack.js';

const BEYOND = '\ufffd';

/** Returns a function that folds a text; the table is unpacked when it is first called. */
export function makeGeneralCiFold(): (text: string) => string {
  let folded: Map<number, string> | undefined;
  return (text) => {
    if (folded === undefined) {
      folded = new Map();
      unpackRuns(GENERAL_CI, folded);
    }
    let key = '';
    for (const char of text) key += char.length > 1 ? BEYOND : (folded.get(char.charCodeAt(0)) ?? char);
    return key;
  };
}
