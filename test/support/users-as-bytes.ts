/**
 * Has users of every CSV kept as bytes, as those of a large one are: the organizations of tests are small. It is loaded
 * before each file of a run with USERS_AS_BYTES=1.
 */

import { CsvRow } from '../../src/sources/csv/row.js';

const { setStretch } = CsvRow.prototype;

const neverWhole: typeof setStretch = function (this: CsvRow, bytes, isAsciiOnly) {
  setStretch.call(this, bytes, isAsciiOnly, false);
};

// A worker keeps what it has loaded, but not what it loads before each file.
if (setStretch.name !== 'neverWhole') CsvRow.prototype.setStretch = neverWhole;
