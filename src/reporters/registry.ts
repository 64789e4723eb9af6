/** All report formats. A new one is one line here; each is loaded when it is used. */

import type { Reporter } from './reporter.js';

export interface Format {
  readonly id: string;
  /** What it is for, a few words. */
  readonly title: string;
  load(): Promise<Reporter>;
}

export const FORMATS: readonly Format[] = [
  { id: 'pretty', title: 'for people, on a terminal', load: async () => (await import('./pretty.js')).pretty },
  { id: 'json', title: 'one JSON object for programs', load: async () => (await import('./json.js')).json },
];

/** Yields the reporter of that name, or undefined where there is none. */
export async function loadReporter(id: string): Promise<Reporter | undefined> {
  return FORMATS.find((format) => format.id === id)?.load();
}
