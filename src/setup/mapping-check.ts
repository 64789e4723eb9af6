/** What a check of a mapping states, and the text of each check. */

import type { Severity } from '../model/finding.js';
import type { ClauseId } from '../model/guide.js';
import type { Place } from './json-places.js';

export interface MappingCheck {
  /** What a heading calls it. */
  readonly title: string;
  /** What to do in the portal; blank for what is only stated. */
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
    fix: 'In the mapping of users, under Attribute Mappings: delete each of them, and save. An attribute that is used for matching can be deleted once userName has the matching precedence 1.',
    clause: 'entra-user-mapping',
  },
  'attribute-missing': {
    title: 'Attributes that are missing',
    fix: 'In the mapping of users, choose Add New Mapping for each of them, with the source that is named, and save.',
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
    fix: 'Edit the mapping of userName: Mapping type Direct, Source attribute userPrincipalName. It must be what single sign-on sends as the subject, and equal the username and the email in Jama Connect.',
    clause: 'username-format',
  },
  email: {
    title: 'Where the email comes from',
    fix: 'Edit the mapping of emails[type eq "work"].value: Mapping type Direct, Source attribute mail. It must equal the userPrincipalName of everybody who is provisioned.',
    clause: 'primary-email',
  },
  active: {
    title: 'Where active comes from',
    fix: 'Edit the mapping of active: Mapping type Expression, Switch([IsSoftDeleted], , "False", "True", "True", "False"); Apply this mapping: Always.',
    clause: 'entra-user-mapping',
  },
  'group-mapping': {
    title: 'The mapping of groups',
    fix: 'In the mapping of groups, take the defaults back (Restore default mappings): displayName matched by itself, and members. Or set Enabled to No, where groups are not to be synced.',
    clause: 'entra-group-mapping',
  },
  'other-mapping': {
    title: 'Further mappings',
    fix: 'Look at the mapping that was not judged; switch it off where it is not meant.',
    clause: 'entra-user-mapping',
  },
  'attribute-setting': {
    title: 'Settings of attributes',
    fix: '',
    clause: 'entra-user-mapping',
  },
  scope: {
    title: 'Scope',
    fix: '',
    clause: 'entra-user-mapping',
  },
} as const satisfies Record<string, MappingCheck>;

export type MappingCheckName = keyof typeof MAPPING_CHECKS;
export const MAPPING_CHECK_NAMES = Object.keys(MAPPING_CHECKS).filter((name): name is MappingCheckName => name in MAPPING_CHECKS);

/** What is stated; `error`: it must be changed before provisioning starts; `info`: a fact. */
export interface MappingFinding extends Place {
  readonly check: MappingCheckName;
  readonly severity: Severity;
  /** Of the value in the file; blank for the whole of it. */
  readonly path: string;
  /** Plain words, values as the file holds them. */
  readonly message: string;
}

/** A mapping that was judged. */
export interface JudgedMapping extends Place {
  readonly path: string;
  readonly name: string;
  readonly sourceObjectName: string;
  readonly targetObjectName: string;
  readonly targetDirectory: string;
  readonly isOn: boolean;
}

export interface MappingReport {
  /** As it was given. */
  readonly file: string;
  readonly user: JudgedMapping;
  readonly group?: JudgedMapping;
  /** By check in the order of MAPPING_CHECKS, then by place in the file. */
  readonly findings: readonly MappingFinding[];
  readonly summary: Readonly<Record<Severity, number>>;
  /** Nothing must be changed. */
  readonly isAsGuided: boolean;
}
