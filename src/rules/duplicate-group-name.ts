import { MATCHES, type Match } from '../model/compare.js';
import type { Group } from '../model/directory.js';
import type { Severity } from '../model/finding.js';
import { unicodePattern } from '../model/unicode-pattern.js';
import { defineRule, ID, WHERE } from './define.js';
import { choice, groupName, groups, hidden } from './fields.js';
import { count, few, idsOf, sortedIdentity } from './rule.js';

const HOW: Readonly<Record<Match, string>> = {
  exact: 'have exactly the same name',
  case: 'have names that differ only in upper and lower case',
  whitespace: 'have names that differ only in white space or invisible characters',
  unicode: 'have names that differ only in accents or look-alike characters',
};

const LETTER = unicodePattern(String.raw`[\p{L}\p{N}]`);

export const duplicateGroupName = defineRule({
  name: 'duplicate-group-name',
  severity: 'error',
  title: 'Organization-level groups with the same name',
  finds: 'Organization-level groups whose names are the same (a warning if they differ in case, white space or accents).',
  why: 'The identity provider links a group to Jama Connect by its name alone. If two groups share a name, members and permissions are synced into the wrong one.',
  fix: 'Rename all but one of them, so that each organization-level group has its own name. If two groups serve the same purpose, merge them by hand first.',
  example: 'Groups 3 and 9 are both called "Reviewers": group 9 becomes "Reviewers (EU)".',
  clause: 'duplicate-groups',
  /** `key` is what the names share; the groups are by place. */
  fields: { match: choice(MATCHES), key: hidden(groupName()), groups: groups(2) },
  needs: () => ['groupList'],
  start: ({ directory, index }) => ({
    *findings() {
      const { key, matchOf } = index.collation;
      const groupsByKey = new Map<string, Group[]>();
      for (const group of directory.groups) {
        // Names without letters and digits, such as ?????, do not show what they were.
        const folded = group.isOrganizationLevel && LETTER(group.name).test(group.name) ? key(group.name) : '';
        if (folded === '') continue;
        const same = groupsByKey.get(folded);
        if (same === undefined) groupsByKey.set(folded, [group]);
        else same.push(group);
      }
      for (const [folded, groups] of groupsByKey) {
        if (groups.length < 2) continue;
        const match = matchOf(groups.map(({ name }) => name));
        const severity: Severity = match === 'exact' ? 'error' : 'warning';
        yield { rule: 'duplicate-group-name', severity, match, key: folded, groups };
      }
    },
  }),
  message: ({ groups, match }) =>
    `${count(groups.length, 'organization-level group')} ${HOW[match]}: ${few(match === 'exact' ? [groups[0].name] : groups.map(({ name }) => name))} (${idsOf(groups)}).`,
  identity: ({ groups }) => sortedIdentity(groups, ({ name }) => [name]),
  topic: ({ key }) => key,
  subjects: ({ groups }) => groups,
  columns: [
    ID,
    ['group name', ({ name }, { groups }, _, row) => ({ text: name, against: groups[row === 0 ? 1 : 0].name })],
    ['same by', (_, { match }, __, row) => (row === 0 ? match : '')],
    WHERE,
  ],
  decisions: ['set-name', 'accept'],
  remedy: ({ groups, match }, actions) => ({
    wants: [],
    questions: groups.map((group, at) => ({
      subject: 'group',
      id: group.id,
      current: group.name,
      problem: `${count(groups.length, 'organization-level group')} ${HOW[match]}; all but one need another name.`,
      actions,
      ...(at === 0 ? {} : { proposal: { action: 'set-name' as const, value: `${group.name.trim()} (${group.id})` } }),
    })),
  }),
});
