import type { User } from '../model/directory.js';
import { formerSpelling, type Judgment, judgeEnvironment, type SettingOfEnvironment } from '../model/environment.js';
import type { FindingBase } from '../model/finding.js';
import { askAboutExport, cell, idsOf, NO_NEEDS, NONE, placeText, type Rule, sortedIdentity, userData } from './rule.js';

export interface EnvironmentSetting extends FindingBase, Judgment {
  readonly rule: 'environment-setting';
}

interface Words {
  /** What it must be. */
  readonly wanted: string;
  /** What a message calls it. */
  readonly what: string;
}

const WORDS: Readonly<Record<SettingOfEnvironment, Words>> = {
  multiMode: { what: 'multi-mode authentication', wanted: 'on' },
  allowUsernameChange: { what: 'the Basic setting that users may change their username', wanted: 'unchecked' },
  disableSamlAutoGeneration: { what: 'the SAML setting that no new users are generated', wanted: 'checked' },
  scimAdmin: { what: 'the SCIM Admin', wanted: 'one account of the export' },
  'scimAdmin.active': { what: 'the account of the SCIM Admin', wanted: 'active' },
  'scimAdmin.authenticationType': { what: 'the authentication type of the SCIM Admin', wanted: 'Basic' },
  'scimAdmin.organizationAdmin': { what: 'whether the SCIM Admin is an organization administrator', wanted: 'an organization administrator' },
  'scimAdmin.license': { what: 'the license of the SCIM Admin', wanted: 'a named Creator license' },
  tokenIssued: { what: 'the day on which the bearer token was issued', wanted: 'less than six months ago' },
};

const spoken = (value: Judgment['stated']): string => (typeof value === 'string' ? `"${value}"` : value === true ? 'yes' : 'no');

function wrongText({ setting, stated, exported, users }: Judgment): string {
  const { wanted } = WORDS[setting];
  const [admin] = users;
  const account = admin === undefined ? 'The SCIM Admin' : `The SCIM Admin "${admin.userName}"`;
  if (setting === 'multiMode') return 'Multi-mode authentication is stated to be off.';
  if (setting === 'allowUsernameChange') return 'Users are stated to be allowed to change their username.';
  if (setting === 'disableSamlAutoGeneration') return 'The auto-generation of new SAML users is stated not to be disabled.';
  if (setting === 'scimAdmin.active') return `${account} is inactive, so no SCIM request is let in.`;
  if (setting === 'scimAdmin.authenticationType') return `${account} signs in with the identity provider, not with a password of its own.`;
  if (setting === 'scimAdmin.organizationAdmin') return `${account} is stated not to be ${wanted}.`;
  if (setting === 'tokenIssued') return `The bearer token is stated to be issued on ${stated}, which is still to come.`;
  const said = [...(stated === null ? [] : [`${spoken(stated)} as stated`]), ...(exported === null ? [] : [`${spoken(exported)} in the export`])];
  return `${account} has another license than ${wanted}: ${said.join(', ')}.`;
}

function messageOf(judgment: Judgment): string {
  const { setting, problem, stated, expires, users } = judgment;
  const { what, wanted } = WORDS[setting];
  if (problem === 'wrong') return wrongText(judgment);
  if (problem === 'unsaid' && setting === 'scimAdmin.authenticationType') return `The export does not say whether the SCIM Admin is a ${wanted} account.`;
  if (problem === 'unsaid') return `Nobody states ${what}; it must be ${wanted}.`;
  if (problem === 'contradictory') return 'Multi-mode authentication is stated to be on, but the authentication mode that was given is not multi.';
  if (problem === 'missing') return `The SCIM Admin ${spoken(stated)} is no user of the export.`;
  if (problem === 'ambiguous') return `The SCIM Admin ${spoken(stated)} fits ${users.length} users of the export (${idsOf(users)}).`;
  return `The bearer token of ${stated} ${problem === 'expired' ? 'is no longer valid since' : 'is valid only until the day before'} ${expires}.`;
}

/** Values of the settings may be a username. */
const isName = ({ setting, stated }: Judgment): boolean => setting === 'scimAdmin' && typeof stated === 'string' && !/^\d+$/.test(stated);

const subjectOf = ({ id, userName, active, authenticationType }: User): string[] => [id, userName, String(active), authenticationType];

export const environmentSetting: Rule<EnvironmentSetting> = {
  name: 'environment-setting',
  severity: 'error',
  title: 'Settings of Jama Connect',
  finds:
    'A setting stated in the configuration that is not as enablement needs it, or with --strict-environment is not stated (a warning where the bearer token ends within 30 days, or multi-mode does not go with the authentication mode).',
  why: 'No export shows these settings. With a wrong one SCIM requests are refused, people change or generate accounts beside the identity provider, or provisioning stops when the token ends.',
  fix: 'Change the setting in the administration of Jama Connect, then state it in `environment` of the configuration. The SCIM Admin is an active Basic account, organization administrator, with a named Creator license; a new bearer token is stated with its day of issue.',
  example:
    'The configuration states `"scimAdmin": { "userName": "scim.admin", "license": "Creator (float)" }`: requests of an account with a floating license are refused.',
  clause: 'connect-configuration',
  needs: NO_NEEDS,
  isAskedFor: ({ environment }) => environment !== undefined,
  start: ({ policy: { environment, authMode }, directory: { users } }) => ({
    *findings() {
      if (environment === undefined) return;
      for (const judgment of judgeEnvironment(environment, users, authMode === 'multi')) {
        const isMild = judgment.problem === 'expiring' || judgment.problem === 'contradictory';
        yield { rule: 'environment-setting', severity: isMild ? 'warning' : 'error', ...judgment };
      }
    },
  }),
  message: messageOf,
  identity: ({ setting, problem, stated, exported, users }) => [
    ...[formerSpelling(setting), problem, String(stated), String(exported)],
    ...sortedIdentity(users, subjectOf),
  ],
  topic: ({ setting }) => setting,
  data: ({ setting, problem, stated, exported, expires, users }, locate) => ({
    setting,
    problem,
    stated,
    exported,
    wanted: WORDS[setting].wanted,
    ...(expires === undefined ? {} : { expires }),
    users: users.map((user) => ({ ...userData(user), location: locate(user) })),
  }),
  redact: (finding, redactor) => ({
    ...finding,
    ...(isName(finding) ? { stated: redactor.identity(String(finding.stated)) } : {}),
    users: finding.users.map(redactor.user),
  }),
  headings: ['setting', 'what is wrong', 'must be', 'where'],
  rows: (finding, locate) => [
    [
      cell(finding.setting),
      cell(messageOf(finding)),
      cell(WORDS[finding.setting].wanted),
      cell(finding.users[0] === undefined ? 'configuration' : placeText(locate(finding.users[0]))),
    ],
  ],
  size: () => 1,
  users: ({ users }) => users,
  groups: () => NONE,
  decisions: ['accept'],
  remedy: (finding) => askAboutExport(finding.setting, messageOf(finding)),
};
