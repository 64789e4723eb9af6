import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWith } from '../support/parts.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';
import { layoutOf } from './browser.js';

const folder = temporaryFolders();
const ORGANIZATIONS = 'fixtures/organizations';
const SETTINGS = [`${ORGANIZATIONS}/observatory`, '--auth-mode', 'multi', '--sync-groups', `${ORGANIZATIONS}/observatory/sync-groups.txt`];
const OKTA = `${ORGANIZATIONS}/observatory-okta`;
const ENTRA = `${ORGANIZATIONS}/observatory-entra`;
const okta = ['--idp', 'okta', '--idp-users', `${OKTA}/users.csv`, '--idp-users', `${OKTA}/assignments.csv`, '--idp-groups', `${OKTA}/groups.csv`];
const entra = ['--idp', 'entra', '--idp-users', `${ENTRA}/exportUsers.csv`, '--idp-groups', `${ENTRA}/exportGroups.csv`];
const PAGES: Readonly<Record<string, readonly string[]>> = {
  check: ['check', ...SETTINGS, '--format', 'html'],
  'check of both sides': ['check', ...SETTINGS, ...okta, '--format', 'html'],
  'preview of Okta': [
    'preview',
    ...SETTINGS,
    ...okta,
    '--idp-members',
    `${OKTA}/Software Team.csv`,
    '--licenses',
    'creator=10,creator-float=5',
    '--format',
    'html',
  ],
  'preview of Entra': ['preview', ...SETTINGS, ...entra, '--idp-members', `${ENTRA}/Software Team.csv`, '--format', 'html'],
};

describe.each(Object.entries(PAGES))('the page of a %s', (_, args) => {
  it('has landmarks with names of their own', async () => {
    const { stdout } = await runCli([...args]);
    const regions = [...stdout.matchAll(/role="region" aria-label="([^"]*)"/g)].map(([, name]) => name);
    expect(regions.length).toBeGreaterThan(3);
    expect(new Set(regions).size).toBe(regions.length);
    for (const landmark of ['main', 'header', 'footer', 'form']) expect(stdout.split(`<${landmark}`).length, landmark).toBeLessThanOrEqual(2);
  });
});

describeWith('chromium', 'in a browser', () => {
  it.each(Object.entries(PAGES))(
    'a %s is never wider than the window, and shows whole tables in a wide one',
    async (_, args) => {
      const { stdout } = await runCli([...args]);
      const file = join(folder(), 'page.html');
      // Also what is shut.
      writeFileSync(file, stdout.replaceAll('<details>', '<details open>'));
      const widths = [320, 420, 768, 1280];
      const layouts = layoutOf(file, widths);
      expect(layouts.map(({ page }) => page)).toEqual(widths);
      expect(layouts[3].clipped).toEqual([]);
    },
    60_000,
  );
});
