/** A small document of each kind, the same every time: what the expected output of a format is made from. */

import type { Reconciliation } from '../../src/preview/reconciliation.js';
import type { Documents, Kind } from '../../src/reporters/reporter.js';
import type { MappingReport } from '../../src/setup/mapping-check.js';
import type { Runbook } from '../../src/setup/runbook.js';
import { madePlanOf } from '../plan/planning.js';
import { idpOf, organizationOf, previewOf } from '../preview/worlds.js';
import { auditOf, type Organization } from '../support/organizations.js';
import { accepting, groupsOf, OPTIONS } from './reports.js';

/** What spreadsheets, tables and quotes stumble over is in the names. */
const OBSERVATORY: Organization = organizationOf({
  users: [
    { userName: 'ana', email: 'ana@dome.example' },
    { userName: 'ben@dome.example', email: 'ben@dome.example' },
    { userName: 'cleo@dome.example', email: 'Cleo@dome.example' },
    { userName: '=dag;"d"', email: 'dag\t@dome.example', active: false, authenticationType: 'basic' },
  ],
  groups: groupsOf(['Night, "late" | shift', 'Night, "late" | shift']),
  members: [
    ['1', 'g1'],
    ['4', 'g2'],
  ],
});

const OKTA = idpOf({
  provider: 'okta',
  users: [{ subject: 'ana@dome.example' }, { subject: 'ben@dome.example', active: false }, { subject: 'ema@dome.example' }],
  groups: ['Night, "late" | shift'],
  members: [[0, 0]],
});

const PLACE = { line: 12, column: 5 };

const MAPPING: MappingReport = {
  file: 'schema.json',
  user: { path: 'objectMappings[0]', name: 'Users | all', sourceObjectName: 'User', targetObjectName: 'User', targetDirectory: 'Jama', isOn: true, ...PLACE },
  findings: [
    { check: 'attribute-must-go', severity: 'error', path: 'attributeMappings[2]', line: 40, column: 7, message: '"title" is not supported by Jama Connect.' },
    { check: 'matching', severity: 'warning', path: '', line: 12, column: 5, message: 'Two attributes match: "a\tb" and "=c".' },
    { check: 'scope', severity: 'info', path: 'scope', line: 3, column: 1, message: 'Only assigned users are in scope.' },
  ],
  summary: { error: 1, warning: 1, info: 1 },
  isAsGuided: false,
};

const RUNBOOK: Runbook = {
  given: {
    idp: 'okta',
    hosting: 'cloud',
    authMode: 'multi',
    hasGroups: true,
    sourceWords: 'export',
    laterWords: 'export',
    fileWords: 'export',
    hasJamaIds: true,
    namesIdpExports: false,
  },
  title: 'Enabling SCIM at the observatory',
  basis: ['The export was made by hand.', { code: 'users.csv: 4 rows' }],
  sections: [
    {
      title: 'Data',
      steps: [
        { id: 'usernames', text: 'Clean the usernames.', details: [], knowledge: { state: 'done', text: 'no error or warning in 4 users' } },
        {
          id: 'emails',
          clause: 'primary-email',
          text: 'Clean the emails, "all" of them.',
          details: ['First these:', { code: 'scim-audit plan export' }],
          knowledge: { state: 'open', text: '1 finding of `invalid-email`', more: '' },
        },
      ],
    },
    {
      title: 'Groups',
      steps: [
        {
          id: 'groups',
          text: 'Name the groups.',
          details: [],
          knowledge: { state: 'unknown', text: 'no groups were named', more: '--sync-groups FILE' },
        },
        { id: 'tell', text: 'Tell the users.', details: [] },
      ],
    },
  ],
};

const RECONCILIATION: Reconciliation = {
  provider: 'okta',
  results: [
    {
      about: 'user',
      outcome: 'came-true',
      effects: ['link', 'overwrite'],
      user: { id: '1', name: 'ana@dome.example' },
      idpUser: { id: 'o1', name: 'ana@dome.example' },
      facts: [],
    },
    {
      about: 'user',
      outcome: 'failed',
      effects: ['create'],
      idpUser: { id: 'o2', name: 'ben@dome.example' },
      facts: [{ what: 'account', expected: 'a new account', found: 'none' }],
    },
    { about: 'group', outcome: 'not-known', effects: ['link'], group: { id: '10', name: 'Observers' }, facts: [] },
  ],
  surprises: [
    { kind: 'second-account', user: { id: '7', name: '=cleo' }, idpUser: { id: 'o3', name: 'cleo@dome.example' }, facts: [] },
    { kind: 'membership-lost', user: { id: '1', name: 'ana@dome.example' }, group: { id: '10', name: 'Observers' }, facts: [] },
  ],
  lost: [],
  counts: { 'came-true': 1, failed: 1, 'not-known': 1 },
  accounts: { before: 5, found: 5, alike: 5 },
};

export const DOCUMENTS: { readonly [K in Kind]: () => Documents[K] } = {
  report: () => [accepting(auditOf(OBSERVATORY), 0, { reason: 'leaves in May', owner: 'Cleo', expires: '2026-05-31' }), OPTIONS],
  preview: () => [previewOf(OBSERVATORY, OKTA), OPTIONS],
  mapping: () => [MAPPING, OPTIONS],
  reconcile: () => [RECONCILIATION, OPTIONS],
  runbook: () => [RUNBOOK, OPTIONS],
  plan: () => [madePlanOf(OBSERVATORY), { ...OPTIONS, applyCommand: 'scim-audit apply plan export' }],
};
