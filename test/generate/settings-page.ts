/** docs/settings.md, made from the table of settings. */

import { longFlag } from '../../src/config/resolve.js';
import { GROUPS, OTHER_VARIABLES, SETTING_NAMES, type SettingName, settingOf } from '../../src/config/settings.js';
import { PARTS_ABOUT } from '../../src/config/stated-settings.js';

const INTRO = `<!-- Generated from src/config/settings.ts by "npm run generate". Edit that file instead. -->

# Settings

A setting can be given in four places. If several of them give it, the first one counts:

1. an option of the command line;
2. an environment variable;
3. the config file;
4. the default.

The config file is \`scim-audit.config.json\` in the working folder, or in the nearest folder above it up to the one that holds
\`.git\`. \`--config FILE\` or \`SCIM_AUDIT_CONFIG\` names another one. It is JSON with comments; \`scim-audit init\` writes one.
A path in it is relative to the file. A key that is not a setting is an error.

A variable that begins with \`SCIM_AUDIT_\` and is not on this page is an error. An empty variable counts as not set.

\`scim-audit check --show-config\` prints each setting, its value, and where the value comes from.

In the config file, \`syncGroups\` and \`syncGroupsFile\` are added together; an option or a variable that gives one of them
replaces both.
`;

function entryOf(name: SettingName): string {
  const { about, kind, option, variable, default: usual, example } = settingOf(name);
  const separated = kind.separatedBy === undefined ? '' : `; several values are separated by ${kind.separatedBy}`;
  const items = [
    ...(option === undefined ? [] : [`Option: \`${option.flags}\`${kind.mayRepeat ? '; may be repeated' : ''}`]),
    ...(variable === undefined ? [] : [`Variable: \`${variable}\`${separated}`]),
    `Value: ${kind.form}`,
    ...(usual === undefined ? [] : [`Default: \`${JSON.stringify(usual)}\``]),
    `In the config file: \`"${name}": ${JSON.stringify(example)}\``,
  ];
  const parts = Object.entries(PARTS_ABOUT[name] ?? {}).map(([part, text]) => `- \`${part}\`: ${text}`);
  return [`### ${name}`, '', about, '', ...(parts.length === 0 ? [] : [...parts, '']), ...items.map((item) => `- ${item}`), ''].join('\n');
}

/** Returns the page as Markdown. */
export function settingsPage(): string {
  const headings = [...new Set(Object.values(GROUPS))];
  const sections = headings.map((heading) => {
    const names = SETTING_NAMES.filter((name) => GROUPS[settingOf(name).group] === heading);
    return [`## ${heading}`, '', ...names.map(entryOf)].join('\n');
  });
  const others = Object.entries(OTHER_VARIABLES).map(([name, about]) => `- \`${name}\`: ${about}`);
  const index = SETTING_NAMES.flatMap((name) => (longFlag(name) === '' ? [] : [`| \`${longFlag(name)}\` | [${name}](#${name.toLowerCase()}) |`]));
  return [
    INTRO,
    ...sections,
    '## Variables that are not settings',
    '',
    ...others,
    '',
    '## Options and their settings',
    '',
    '| option | setting |',
    '| --- | --- |',
    ...index,
    '',
  ].join('\n');
}
