/** The checks of a mapping and their texts. */

import type { Severity } from '../model/finding.js';
import type { ClauseId } from '../model/guide.js';
import type { Note } from '../model/note.js';
import type { Location } from './json-locations.js';

export interface MappingCheck {
  /** Heading of the check. */
  readonly title: string;
  /** What to do in the portal; blank if nothing. */
  readonly fix: string;
  readonly clause: ClauseId;
}

/** All checks, in the order of reports. */
export const MAPPING_CHECKS = {
  'mapping-off': {
    title: 'The mapping of users is not on',
    fix: 'Open the mapping of users and set Enabled to Yes.',
    clause: 'entra-user-mapping',
  },
  'target-actions': {
    title: 'Actions of the mapping of users',
    fix: 'In the mapping of users, under Target Object Actions: tick Create and Update, clear Delete, and save.',
    clause: 'entra-user-mapping',
  },
  'attribute-must-go': {
    title: 'Attributes that must go',
    fix: 'In the mapping of users, under Attribute Mappings: delete each of them, and save. An attribute that is used for matching can be deleted only after userName has matching precedence 1.',
    clause: 'entra-user-mapping',
  },
  'attribute-missing': {
    title: 'Attributes that are missing',
    fix: 'In the mapping of users, choose Add New Mapping for each of them, with its usual source, and save.',
    clause: 'entra-user-mapping',
  },
  'attribute-twice': {
    title: 'Attributes that are mapped twice',
    fix: 'Delete all but one of the mappings to the attribute.',
    clause: 'entra-user-mapping',
  },
  matching: {
    title: 'How an account is matched',
    fix: 'Edit the mapping of userName: Match objects using this attribute: Yes; Matching precedence: 1. Set every other attribute to No.',
    clause: 'entra-user-mapping',
  },
  subject: {
    title: 'Where userName comes from',
    fix: 'Edit the mapping of userName: Mapping type Direct, Source attribute userPrincipalName. It must be the value that single sign-on sends as the subject, and it must equal the username and the email in Jama Connect.',
    clause: 'username-format',
  },
  email: {
    title: 'Where the email comes from',
    fix: 'Edit the mapping of emails[type eq "work"].value: Mapping type Direct, Source attribute mail. It must equal the userPrincipalName of every user who is provisioned.',
    clause: 'primary-email',
  },
  active: {
    title: 'Where active comes from',
    fix: 'Edit the mapping of active: Mapping type Expression, Switch([IsSoftDeleted], , "False", "True", "True", "False"); Apply this mapping: Always.',
    clause: 'entra-user-mapping',
  },
  'group-mapping': {
    title: 'The mapping of groups',
    fix: 'In the mapping of groups, restore the defaults (Restore default mappings): displayName, the only attribute used for matching, and members. If groups are not to be synced, set Enabled to No instead.',
    clause: 'entra-group-mapping',
  },
  'other-mapping': {
    title: 'Other mappings',
    fix: 'Review the mapping that was not checked, and switch it off if it is not intended.',
    clause: 'entra-user-mapping',
  },
  'attribute-setting': {
    title: 'Settings of attributes',
    fix: '',
    clause: 'entra-user-mapping',
  },
  provisioned: {
    title: 'Who is provisioned',
    fix: '',
    clause: 'entra-user-mapping',
  },
  scope: {
    title: 'Scoping filters',
    fix: '',
    clause: 'entra-user-mapping',
  },
} as const satisfies Record<string, MappingCheck>;

export type MappingCheckName = keyof typeof MAPPING_CHECKS;
export const MAPPING_CHECK_NAMES = Object.keys(MAPPING_CHECKS).filter((name): name is MappingCheckName => name in MAPPING_CHECKS);

/** Who is provisioned: users and groups that are assigned to the application, or the whole directory. */
export const PROVISIONED = ['assigned', 'all'] as const;
export type Provisioned = (typeof PROVISIONED)[number];

/** A statement; `error`: it must be changed before provisioning starts; `info`: a fact. */
export interface MappingFinding extends Location {
  readonly check: MappingCheckName;
  readonly severity: Severity;
  /** Path of the value in the file; blank for the whole file. */
  readonly path: string;
  /** Plain words; values of the file are parts of their own. */
  readonly message: Note;
}

/** A mapping that was checked. */
export interface JudgedMapping extends Location {
  readonly path: string;
  readonly name: string;
  readonly sourceObjectName: string;
  readonly targetObjectName: string;
  readonly targetDirectory: string;
  readonly isOn: boolean;
}

export interface MappingReport {
  /** The path as given. */
  readonly file: string;
  readonly user: JudgedMapping;
  readonly group?: JudgedMapping;
  /** By check in the order of MAPPING_CHECKS, then by location in the file. */
  readonly findings: readonly MappingFinding[];
  readonly summary: Readonly<Record<Severity, number>>;
  /** True if nothing must be changed. */
  readonly isAsGuided: boolean;
  /** True if aliases stand for values of the file. */
  readonly isRedacted?: true;
}
