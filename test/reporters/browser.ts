/** Pages in a real browser without a network. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requiredProgram } from '../support/machine.js';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--virtual-time-budget=8000',
  '--hide-scrollbars',
  '--enable-logging=stderr',
];

/** Returns the page's tree as text, once its script has run, and what the browser logged. */
export const dumpDom = (file: string, hash = ''): { dom: string; log: string } => dump(pathToFileURL(file).href + hash, []);

/** Returns what stands in the page's `output` elements, by id, for each part of its address after `#`; one start of the browser for all of them. */
export function outputsOf(file: string, hashes: readonly string[]): Readonly<Record<string, string>>[] {
  const read = `[...document.querySelectorAll('iframe')].map(({ contentDocument: page }) =>
    Object.fromEntries([...page.querySelectorAll('output')].map(({ id, textContent }) => [id, textContent])))`;
  return inFrames(
    hashes.map((hash) => `<iframe src="${pathToFileURL(file).href}${hash.replaceAll('&', '&amp;')}" style="display:none"></iframe>`),
    read,
  );
}

/** How a page is laid out in a window of a width. */
export interface Layout {
  /** Of the whole page, in pixels: more than the window is scrolled sideways. */
  readonly page: number;
  /** Headings of columns that end outside the part of their table that is seen. */
  readonly clipped: readonly string[];
  /** Tables that are scrolled sideways. */
  readonly scrolled: number;
}

/** Returns how a page is laid out in windows of several widths. */
export function layoutOf(file: string, widths: readonly number[]): Layout[] {
  const frames = widths.map((width) => `<iframe src="${pathToFileURL(file).href}" style="border:0;width:${width}px;height:800px"></iframe>`);
  const read = `[...document.querySelectorAll('iframe')].map(({ contentDocument: page }) => ({
    page: page.documentElement.scrollWidth,
    clipped: [...page.querySelectorAll('.scroll')].flatMap((box) =>
      [...box.querySelectorAll('th')].filter((th) => th.getBoundingClientRect().right > box.getBoundingClientRect().right + 1).map((th) => th.textContent)),
    scrolled: [...page.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth).length,
  }))`;
  return inFrames(frames, read);
}

/** Returns what the statements of a function return that acts on a page in a browser; `page` is its document, `view` its window. */
export function act<T>(file: string, statements: string, width = 1000): T {
  const frame = `<iframe src="${pathToFileURL(file).href}" style="border:0;width:${width}px;height:900px"></iframe>`;
  return inFrames<T>([frame], `[await (async ({ contentDocument: page, contentWindow: view }) => {${statements}})(document.querySelector('iframe'))]`)[0];
}

/** Returns what an expression reads from frames that have been loaded; from the list of the frames as JSON. */
function inFrames<T>(frames: readonly string[], read: string): T[] {
  const folder = mkdtempSync(join(tmpdir(), 'scim-audit-page-'));
  try {
    // As base64, so that nothing in it is markup.
    // A second of the browser's virtual time: what the pages themselves do later, once they are loaded, comes before it.
    const script = `onload = () => setTimeout(async () => {
      const bytes = new TextEncoder().encode(JSON.stringify(${read}));
      document.body.innerHTML = '<pre>' + btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) + '</pre>';
    }, 1000);`;
    const wrapper = join(folder, 'wrapper.html');
    writeFileSync(wrapper, `<!DOCTYPE html><meta charset="utf-8"><body>${frames.join('')}<script>${script}</script>`);
    const { dom } = dump(pathToFileURL(wrapper).href, ['--allow-file-access-from-files']);
    return JSON.parse(Buffer.from(/<pre>(.*)<\/pre>/s.exec(dom)?.[1] ?? '', 'base64').toString('utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function dump(url: string, flags: readonly string[]): { dom: string; log: string } {
  const profile = mkdtempSync(join(tmpdir(), 'scim-audit-browser-'));
  try {
    const { stdout, stderr, status } = spawnSync(requiredProgram('chromium'), [...FLAGS, ...flags, `--user-data-dir=${profile}`, '--dump-dom', url], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 50_000,
    });
    if (status !== 0) throw new Error(`the browser ended with ${status}: ${stderr.slice(-500)}`);
    return { dom: stdout, log: stderr };
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
