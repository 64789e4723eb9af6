/** Pages in a real browser without a network. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requiredProgram } from '../../support/parts.js';

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
  '--enable-logging=stderr',
];

/** Yields the page's tree as text, once its script has run, and what the browser logged. */
export function dumpDom(file: string, hash = ''): { dom: string; log: string } {
  const profile = mkdtempSync(join(tmpdir(), 'scim-audit-browser-'));
  try {
    const { stdout, stderr, status } = spawnSync(
      requiredProgram('chromium'),
      [...FLAGS, `--user-data-dir=${profile}`, '--dump-dom', pathToFileURL(file).href + hash],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        timeout: 50_000,
      },
    );
    if (status !== 0) throw new Error(`the browser ended with ${status}: ${stderr.slice(-500)}`);
    return { dom: stdout, log: stderr };
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
