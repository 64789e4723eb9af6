import { nearNames } from '../model/near-names.js';
import { snapshotRule } from './define.js';
import { flag, groupName, nullable } from './fields.js';
import { askAboutExport } from './rule.js';

const CORRECT = 'Correct the name given with --sync-group, --sync-groups, in the config or by the sync column';
const OTHERWISE = ' No organization-level group has this name. Accept the finding only if the group has yet to be created.';

export const unknownSyncGroup = snapshotRule({
  name: 'unknown-sync-group',
  severity: 'error',
  title: 'Groups to be synced that do not exist',
  finds: 'A name given as a group to be synced that is not exactly the name of an organization-level group.',
  why: 'The identity provider links a group only if its name is exactly the same. With a mistyped name, no group would be checked and nothing would be found; the sync would create a second group.',
  fix: 'Correct the name in --sync-group, in the file of --sync-groups, in the config or in the sync column, or create the group. Project groups cannot be synced.',
  example: '--sync-group Reviewer was given, but the group is called "Reviewers".',
  clause: 'sync-groups',
  /** `suggestion` is the organization-level group that was probably meant; `isProjectGroup`: a project group has exactly this name. */
  fields: { name: groupName(), suggestion: nullable(groupName()), isProjectGroup: flag() },
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
  columns: [
    ['name to be synced', ({ name }) => name],
    ['did you mean', ({ name, suggestion }) => (suggestion === null ? '' : { text: suggestion, against: name })],
  ],
  remedy: ({ name, suggestion }) => askAboutExport(name, `${CORRECT}${suggestion === null ? '.' : `: did you mean "${suggestion}"?`}${OTHERWISE}`),
});
