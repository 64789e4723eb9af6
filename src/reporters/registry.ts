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
  { id: 'sarif', title: 'SARIF 2.1.0 for code scanning', load: async () => (await import('./sarif.js')).sarif },
  { id: 'junit', title: 'JUnit XML, a test case a rule', load: async () => (await import('./junit.js')).junit },
  { id: 'github', title: 'annotations of a GitHub Actions step', load: async () => (await import('./github.js')).github },
  { id: 'gitlab', title: 'a GitLab Code Quality report', load: async () => (await import('./gitlab.js')).gitlab },
  { id: 'markdown', title: 'for a ticket', load: async () => (await import('./markdown.js')).markdown },
  { id: 'html', title: 'one page with search, filters and the conflicts as a graph', load: async () => (await import('./html.js')).html },
  { id: 'csv', title: 'one row a subject, for a spreadsheet', load: async () => (await import('./csv.js')).csv },
];

/** Returns the reporter of that name, or undefined where there is none. */
export async function loadReporter(id: string): Promise<Reporter | undefined> {
  return FORMATS.find((format) => format.id === id)?.load();
}
