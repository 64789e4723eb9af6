import type { FindingBase } from '../model/finding.js';
import { nearNames } from '../model/near-names.js';
import { askAboutExport, cell, NONE, type Rule } from './rule.js';

export interface UnknownSyncGroup extends FindingBase {
  readonly rule: 'unknown-sync-group';
  readonly name: string;
  /** The organization-level group that was probably meant. */
  readonly suggestion: string | null;
  /** A project group has exactly this name. */
  readonly isProjectGroup: boolean;
}

const CORRECT = 'Correct the name given with --sync-group, --sync-groups, in the config or by the sync column';
const OTHERWISE = ' No organization-level group has this name. Only where the group is still to be made can it be accepted.';

export const unknownSyncGroup: Rule<UnknownSyncGroup> = {
  name: 'unknown-sync-group',
  severity: 'error',
  title: 'Groups to be synced that do not exist',
  finds: 'A name given as a group to be synced that no organization-level group has exactly.',
  why: 'The identity provider links a group only if its name is exactly the same. A mistyped name would be checked against nothing and found clean; the sync would create a second group.',
  fix: 'Correct the name in --sync-group, the file, the config or the sync column, or create the group. Project groups cannot be synced.',
  example: '--sync-group Reviewer, but the group is called "Reviewers".',
  clause: 'sync-groups',
  needs: ({ syncGroups }) => (syncGroups === null ? [] : ['groups']),
  isIdleWithout: 'groups',
  start: ({ directory, sync, index }) => ({
    *findings() {
      if (sync.unknown.length === 0) return;
      const names = directory.groups.flatMap(({ isOrganizationLevel, name }) => (isOrganizationLevel ? [name] : []));
      const projectNames = new Set(directory.groups.flatMap(({ isOrganizationLevel, name }) => (isOrganizationLevel ? [] : [name])));
      const near = nearNames(names, index.collation, sync.unknown.length);
      for (const name of sync.unknown) {
        const suggestion = near(name) ?? null;
        const isProjectGroup = projectNames.has(name);
        yield { rule: 'unknown-sync-group', severity: 'error', name, suggestion, isProjectGroup };
      }
    },
  }),
  message: ({ name, suggestion, isProjectGroup }) =>
    `No organization-level group is called "${name}"${isProjectGroup ? ', only a project group' : ''}${suggestion === null ? '.' : `; did you mean "${suggestion}"?`}`,
  identity: ({ name }) => [name],
  topic: ({ name }) => name,
  data: ({ name, suggestion, isProjectGroup }) => ({ name, suggestion, isProjectGroup }),
  redact: (finding, redactor) => ({
    ...finding,
    name: redactor.groupName(finding.name),
    suggestion: finding.suggestion === null ? null : redactor.groupName(finding.suggestion),
  }),
  headings: ['name to be synced', 'did you mean'],
  rows: ({ name, suggestion }) => [[cell(name), suggestion === null ? cell('') : { text: suggestion, against: name }]],
  users: () => NONE,
  groups: () => NONE,
  decisions: ['accept'],
  remedy: ({ name, suggestion }) => askAboutExport(name, `${CORRECT}${suggestion === null ? '.' : `: did you mean "${suggestion}"?`}${OTHERWISE}`),
  // Which name is near follows from the groups that there are.
};
