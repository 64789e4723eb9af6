/**
 * Keeps the users of every CSV as bytes, as those of a large file are; the organizations of the tests are small. Vitest loads it
 * before each test file if USERS_AS_BYTES is set.
 */

import { CsvRow } from '../../src/sources/csv/row.js';

const { setStretch } = CsvRow.prototype;

const neverWhole: typeof setStretch = function (this: CsvRow, bytes, isAsciiOnly) {
  setStretch.call(this, bytes, isAsciiOnly, false);
};

// A worker keeps what it has loaded, but not what it loads before each file.
if (setStretch.name !== 'neverWhole') CsvRow.prototype.setStretch = neverWhole;
