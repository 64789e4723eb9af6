/** Checks the mappings of a provisioning schema against what Jama Connect accepts. */

import type { Severity } from '../model/finding.js';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { count } from '../rules/rule.js';
import { type JudgedMapping, MAPPING_CHECK_NAMES, type MappingFinding, type MappingReport, type Provisioned } from './mapping-check.js';
import { checkOrigins, judgeGroupName } from './origins.js';
import { findMappings, isCalled, type LocatedMapping, type ObjectMapping, originOf, originText, type SchemaFile, shownDirectory } from './schema-file.js';
import { shownAttribute, shownValue } from './shown-values.js';
import { checkMatching, checkPresence, locateAttributes, type Stated } from './user-attributes.js';

/**
 * Returns the report. `provisioned`: who is provisioned according to the person who asks, because the schema does not show it.
 * Throws a UserError if the file has no mapping of users, or one that cannot be checked.
 */
export function checkSchema(schema: SchemaFile, provisioned?: Provisioned): MappingReport {
  const { user, otherUsers, group, otherGroups } = findMappings(schema);
  const flows = [user, ...(group === undefined ? [] : [group])].map(({ mapping, path }) => flowsOf(mapping, path, schema));
  const stated: Stated[] = [
    ...checkUser(user, flows[0]),
    ...(group === undefined ? [noGroups(user)] : checkGroup(group, flows[1])),
    ...[...otherUsers, ...otherGroups].map(otherMapping),
    provisionedOf(user, provisioned),
  ];
  const findings = stated.map((each): MappingFinding => ({ ...each, ...schema.locationOf(each.path) })).sort(byCheck);
  const summary: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) summary[severity]++;
  return {
    file: schema.file,
    user: judged(user, schema),
    ...(group === undefined ? {} : { group: judged(group, schema) }),
    findings,
    summary,
    isAsGuided: summary.error === 0,
  };
}

const RANKS: ReadonlyMap<string, number> = new Map(MAPPING_CHECK_NAMES.map((name, rank) => [name, rank]));

const byCheck = (a: MappingFinding, b: MappingFinding): number =>
  a.check === b.check ? a.line - b.line || a.column - b.column : (RANKS.get(a.check) ?? 0) - (RANKS.get(b.check) ?? 0);

const judged = ({ mapping, path, targetDirectory }: LocatedMapping, { locationOf }: SchemaFile): JudgedMapping => ({
  path,
  ...locationOf(path),
  name: mapping.name ?? '',
  sourceObjectName: mapping.sourceObjectName ?? '',
  targetObjectName: mapping.targetObjectName ?? '',
  targetDirectory,
  isOn: mapping.enabled === true,
});

type Flow = 'add' | 'update' | 'delete';
const FLOWS: readonly string[] = ['add', 'update', 'delete'] satisfies readonly Flow[];

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Returns the actions of a mapping; null if it does not state them. Throws a UserError for an unknown action. */
function flowsOf({ flowTypes }: ObjectMapping, path: string, { file, locationOf }: SchemaFile): ReadonlySet<string> | null {
  if (flowTypes == null) return null;
  const words = flowTypes
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '' && word !== 'none');
  const strange = words.find((word) => !FLOWS.includes(word));
  if (strange === undefined) return new Set(words);
  const { line, column } = locationOf(under(path, 'flowTypes'));
  throw new UserError(
    `${file} is not a provisioning schema as Entra writes it: 1 problem.`,
    'Export the schema again; flowTypes holds Add, Update and Delete.',
    [note`${file}, line ${line}, column ${column}: "${shownValue(strange)}" is not an action of a mapping.`],
  );
}

function* checkUser({ mapping, path }: LocatedMapping, flows: ReadonlySet<string> | null): Iterable<Stated> {
  if (mapping.enabled === false) {
    yield { check: 'mapping-off', severity: 'error', path: under(path, 'enabled'), message: 'The mapping of users is off, so no user would be provisioned.' };
  } else if (mapping.enabled == null) {
    yield { check: 'mapping-off', severity: 'warning', path, message: 'The file does not say whether the mapping of users is on.' };
  }
  yield* checkFlows(flows, under(path, 'flowTypes'));
  const located = locateAttributes(mapping.attributeMappings ?? [], path);
  const listPath = under(path, 'attributeMappings');
  yield* checkPresence(located, listPath);
  yield* checkMatching(located, listPath);
  yield* checkOrigins(located);
  yield* checkScope(mapping, path, 'users');
}

function* checkFlows(flows: ReadonlySet<string> | null, path: string): Iterable<Stated> {
  const check = 'target-actions';
  if (flows === null) {
    yield { check, severity: 'error', path, message: 'The file does not say which actions are on; by default all are, including Delete.' };
    return;
  }
  if (flows.has('delete')) {
    yield { check, severity: 'error', path, message: 'Delete is on, but Jama Connect deactivates users and cannot delete them.' };
  }
  if (!flows.has('add')) yield { check, severity: 'error', path, message: 'Create is off, so users without an account in Jama Connect would not get one.' };
  if (!flows.has('update'))
    yield { check, severity: 'error', path, message: 'Update is off, so changes, including deactivations, would not reach Jama Connect.' };
}

function* checkScope({ scope }: ObjectMapping, path: string, whom: string): Iterable<Stated> {
  const groups = [scope?.groups, scope?.inputFilterGroups, scope?.categoryFilterGroups].flatMap((each) => each ?? []);
  const clauses = groups.reduce((sum, each) => sum + (each.clauses?.length ?? 0), 0);
  if (groups.length === 0) return;
  yield {
    check: 'scope',
    severity: 'info',
    path: under(path, 'scope'),
    message: `A scoping filter of ${count(groups.length, 'group')} with ${count(clauses, 'clause')} determines which ${whom} are provisioned. Any that stop matching it later are deprovisioned. This check does not evaluate the filter.`,
  };
}

/** The setting Scope of the job, which is not part of the schema. */
const PROVISIONED = {
  assigned: {
    severity: 'info',
    message: 'Only users and groups that are assigned to the application are provisioned, according to --scope.',
  },
  all: {
    severity: 'warning',
    message:
      'All users and groups of the directory are provisioned, according to --scope: each of these users gets an account in Jama Connect, and takes a license if there is one. Usually only assigned ones are: set Scope to "Sync only assigned users and groups".',
  },
  unsaid: {
    severity: 'warning',
    message:
      'The schema does not show who is provisioned. Look at Provisioning > Settings > Scope, and repeat this check with --scope assigned (only assigned users and groups) or --scope all (everyone in the directory).',
  },
} as const satisfies Record<Provisioned | 'unsaid', Pick<Stated, 'severity' | 'message'>>;

const provisionedOf = ({ path }: LocatedMapping, provisioned: Provisioned | undefined): Stated => ({
  check: 'provisioned',
  path,
  ...PROVISIONED[provisioned ?? 'unsaid'],
});

const noGroups = ({ path }: LocatedMapping): Stated => ({
  check: 'group-mapping',
  severity: 'info',
  path,
  message: 'The file contains no mapping of groups, so groups and memberships are not synced. Users can still be assigned to the application through a group.',
});

/** The defaults of the mapping of groups, which the guide keeps. */
const GROUP_ATTRIBUTES = ['displayname', 'externalid', 'members'];

function* checkGroup({ mapping, path }: LocatedMapping, flows: ReadonlySet<string> | null): Iterable<Stated> {
  const check = 'group-mapping';
  if (mapping.enabled === false) {
    yield {
      check,
      severity: 'info',
      path: under(path, 'enabled'),
      message:
        'Groups are off, so groups and memberships are not synced. Users can still be assigned to the application through a group; no group is created in Jama Connect.',
    };
    return;
  }
  yield {
    check,
    severity: mapping.enabled == null ? 'warning' : 'info',
    path: mapping.enabled == null ? path : under(path, 'enabled'),
    message: `${mapping.enabled == null ? 'The file does not say whether groups are on. If they are' : 'Groups are on'}: groups that are assigned to the application are linked to the organization-level group of exactly the same name, or created, and Entra manages their members from then on.`,
  };
  const listPath = under(path, 'attributeMappings');
  if (mapping.attributeMappings == null) {
    yield { check, severity: 'warning', path, message: 'The file does not list the attributes of the mapping of groups, so it was not checked.' };
    return;
  }
  const attributes = mapping.attributeMappings.map((attribute, at) => ({ attribute, at, name: attribute.targetAttributeName.trim().toLowerCase() }));
  const displayName = attributes.find(({ name }) => name === 'displayname');
  const isFirst = attributes.every(
    ({ attribute, name }) =>
      name === 'displayname' || (attribute.matchingPriority ?? 0) <= 0 || (attribute.matchingPriority ?? 0) > (displayName?.attribute.matchingPriority ?? 0),
  );
  if (displayName === undefined) {
    yield { check, severity: 'error', path: listPath, message: 'Nothing is mapped to displayName, so groups have no name by which they can be linked.' };
  } else if ((displayName.attribute.matchingPriority ?? 0) <= 0 || !isFirst) {
    yield {
      check,
      severity: 'error',
      path: `${listPath}[${displayName.at}]`,
      message: 'Groups are not matched by displayName first, so groups that exist in Jama Connect would not be linked.',
    };
  }
  if (displayName !== undefined) {
    const { attribute, at } = displayName;
    for (const judgment of judgeGroupName(originOf(attribute), attribute.defaultValue)) yield { check, path: `${listPath}[${at}]`, ...judgment };
  }
  if (!attributes.some(({ name }) => name === 'members')) {
    yield { check, severity: 'error', path: listPath, message: 'Nothing is mapped to members, so groups would be synced without members.' };
  }
  for (const { attribute, at, name } of attributes) {
    if (GROUP_ATTRIBUTES.includes(name)) continue;
    const message = note`"${shownAttribute(attribute.targetAttributeName)}" (from ${originText(originOf(attribute))}) is not an attribute of the default mapping of groups; whether Jama Connect accepts it is not documented.`;
    yield { check, severity: 'warning', path: `${listPath}[${at}]`, message };
  }
  if (flows === null || flows.has('delete')) {
    yield {
      check,
      severity: 'info',
      path: under(path, 'flowTypes'),
      message: 'Delete is on for groups, as it is by default: a group that is deleted in Entra is deleted in Jama Connect.',
    };
  }
  for (const flow of ['add', 'update']) {
    if (flows === null || flows.has(flow)) continue;
    yield {
      check,
      severity: 'warning',
      path: under(path, 'flowTypes'),
      message: `${flow === 'add' ? 'Create' : 'Update'} is off for groups; by default it is on.`,
    };
  }
  yield* checkScope(mapping, path, 'groups');
}

function otherMapping({ mapping, path, targetDirectory }: LocatedMapping): Stated {
  return {
    check: 'other-mapping',
    severity: mapping.enabled === false ? 'info' : 'warning',
    path,
    message: note`The file has another mapping of ${isCalled(mapping.sourceObjectName, 'user') ? 'users' : 'groups'}, "${shownValue(mapping.name ?? '')}" to "${shownDirectory(targetDirectory)}", which ${mapping.enabled === false ? 'is off and ' : ''}was not checked.`,
  };
}
