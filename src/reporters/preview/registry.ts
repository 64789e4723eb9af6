/** All formats of a preview. A new one is one line here; each is loaded when it is used. */

import type { PreviewReporter } from './reporter.js';

export interface PreviewFormat {
  readonly id: string;
  /** What it is for, a few words. */
  readonly title: string;
  load(): Promise<PreviewReporter>;
}

export const PREVIEW_FORMATS: readonly PreviewFormat[] = [
  { id: 'pretty', title: 'for people, on a terminal', load: async () => (await import('./pretty.js')).pretty },
  { id: 'json', title: 'one JSON object for programs', load: async () => (await import('./json.js')).json },
  { id: 'markdown', title: 'for a ticket', load: async () => (await import('./markdown.js')).markdown },
  { id: 'html', title: 'one page for a browser', load: async () => (await import('./html.js')).html },
  { id: 'csv', title: 'one row a user, group or membership, for a spreadsheet', load: async () => (await import('./csv.js')).csv },
];
