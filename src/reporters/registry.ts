/** All report formats. A new one is one line here. */

import { json } from './json.js';
import { pretty } from './pretty.js';
import type { Reporter } from './reporter.js';

export const REPORTERS: readonly Reporter[] = [pretty, json];

/** Yields the reporter of that name. */
export function findReporter(id: string): Reporter | undefined {
  return REPORTERS.find((reporter) => reporter.id === id);
}
