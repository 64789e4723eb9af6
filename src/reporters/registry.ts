/** All output formats, for every kind of document. Each is loaded when it is used. */

import { everyTable, type Kind, type Reporter } from './reporter.js';

/** Loads what writes a kind of document. */
type Loaders = { readonly [K in Kind]?: () => Promise<Reporter<K>> };

export interface Format {
  readonly id: string;
  /** What it is for, a few words. */
  readonly title: string;
  /** Ending of the files that are written in it if no --format is given; absent: none says so. */
  readonly ending?: `.${string}`;
  /** The kinds of document that it offers. */
  readonly kinds: Loaders;
}

/** In the order of help texts. A format that only turns tables into text is one line, with `everyTable`. */
export const FORMATS: readonly Format[] = [
  {
    id: 'pretty',
    title: 'for people, on a terminal',
    ending: '.txt',
    kinds: {
      report: async () => (await import('./pretty/report.js')).pretty,
      preview: async () => (await import('./pretty/first-sync.js')).prettyPreview,
      reconcile: async () => (await import('./pretty/first-sync.js')).prettyReconcile,
      mapping: async () => (await import('./pretty/mapping.js')).pretty,
    },
  },
  {
    id: 'json',
    title: 'one JSON object for programs',
    ending: '.json',
    kinds: {
      report: async () => (await import('./json/report.js')).json,
      preview: async () => (await import('./json/preview.js')).json,
      reconcile: async () => (await import('./json/reconcile.js')).json,
      mapping: async () => (await import('./json/mapping.js')).json,
    },
  },
  { id: 'sarif', title: 'SARIF 2.1.0 for code scanning', ending: '.sarif', kinds: { report: async () => (await import('./sarif.js')).sarif } },
  { id: 'junit', title: 'JUnit XML, a test case per rule', ending: '.xml', kinds: { report: async () => (await import('./junit.js')).junit } },
  { id: 'github', title: 'annotations of a GitHub Actions step', kinds: { report: async () => (await import('./github.js')).github } },
  { id: 'gitlab', title: 'a GitLab Code Quality report', kinds: { report: async () => (await import('./gitlab.js')).gitlab } },
  {
    id: 'markdown',
    title: 'for a ticket',
    ending: '.md',
    kinds: {
      report: async () => (await import('./markdown/report.js')).markdown,
      preview: async () => (await import('./markdown/first-sync.js')).markdownPreview,
      reconcile: async () => (await import('./markdown/first-sync.js')).markdownReconcile,
      mapping: async () => (await import('./markdown/setup.js')).markdownMapping,
      runbook: async () => (await import('./markdown/setup.js')).markdownRunbook,
      plan: async () => (await import('./markdown/plan.js')).markdown,
    },
  },
  {
    id: 'html',
    title: 'one page for a browser, with search, filters and the conflicts as a graph',
    ending: '.html',
    kinds: {
      report: async () => (await import('./html/report.js')).html,
      preview: async () => (await import('./html/first-sync.js')).htmlPreview,
      reconcile: async () => (await import('./html/first-sync.js')).htmlReconcile,
    },
  },
  { id: 'csv', title: 'one row per subject, for a spreadsheet', ending: '.csv', kinds: everyTable(async () => (await import('./csv.js')).csv) },
];

/** Returns the formats of a kind of document. */
export const formatsOf = (kind: Kind): readonly Format[] => FORMATS.filter(({ kinds }) => kinds[kind] !== undefined);

/** Returns the names of the formats of a kind of document. */
export const formatNames = (kind: Kind): readonly string[] => formatsOf(kind).map(({ id }) => id);

/** Returns what writes a kind of document in a format; undefined if nothing does. */
export async function loadReporter<K extends Kind>(id: string, kind: K): Promise<Reporter<K> | undefined> {
  const kinds: Loaders | undefined = FORMATS.find((format) => format.id === id)?.kinds;
  return kinds?.[kind]?.();
}
