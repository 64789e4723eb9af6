/** This rule is long because it has a sentence for each setting and each way in which it can be wrong. */

import type { User } from '../model/directory.js';
import {
  ENVIRONMENT_PROBLEMS,
  ENVIRONMENT_SETTINGS,
  formerSpelling,
  type Judgment,
  judgeEnvironment,
  type SettingOfEnvironment,
} from '../model/environment.js';
import { defineRule } from './define.js';
import { choice, date, type Field, type FindingOf, optional, text, users } from './fields.js';
import { askAboutExport, idsOf, placeText, sortedIdentity } from './rule.js';

const value = (about: string): Field<Judgment['stated']> => ({ shape: { type: 'either', of: [{ type: 'text' }, { type: 'flag' }], isNullable: true, about } });

const FIELDS = {
  setting: choice(ENVIRONMENT_SETTINGS),
  problem: choice(ENVIRONMENT_PROBLEMS),
  stated: value('What the configuration says; null if it says nothing.'),
  exported: value('What the export shows; null if it shows nothing.'),
  wanted: text('What it must be, in words.'),
  expires: optional(date('The first day on which the bearer token is no longer valid.')),
  users: users(0, 'Accounts that it is about.'),
};
type EnvironmentSetting = FindingOf<'environment-setting', typeof FIELDS>;

interface Words {
  /** What it must be. */
  readonly wanted: string;
  /** What a message calls it. */
  readonly what: string;
}

const WORDS: Readonly<Record<SettingOfEnvironment, Words>> = {
  multiMode: { what: 'multi-mode authentication', wanted: 'on' },
  allowUsernameChange: { what: 'the Basic setting that lets users change their username', wanted: 'unchecked' },
  disableSamlAutoGeneration: { what: 'the SAML setting that stops new users from being generated', wanted: 'checked' },
  scimAdmin: { what: 'the SCIM Admin', wanted: 'one account in the export' },
  'scimAdmin.active': { what: 'whether the SCIM Admin is active', wanted: 'active' },
  'scimAdmin.authenticationType': { what: 'the authentication type of the SCIM Admin', wanted: 'Basic' },
  'scimAdmin.organizationAdmin': { what: 'whether the SCIM Admin is an organization administrator', wanted: 'an organization administrator' },
  'scimAdmin.license': { what: 'the license of the SCIM Admin', wanted: 'a named Creator license' },
  tokenIssued: { what: 'the date on which the bearer token was issued', wanted: 'less than six months ago' },
};

const spoken = (value: Judgment['stated']): string => (typeof value === 'string' ? `"${value}"` : value === true ? 'yes' : 'no');

function wrongText({ setting, stated, exported, users }: EnvironmentSetting): string {
  const { wanted } = WORDS[setting];
  const [admin] = users;
  const account = admin === undefined ? 'The SCIM Admin' : `The SCIM Admin "${admin.userName}"`;
  if (setting === 'multiMode') return 'According to the configuration, multi-mode authentication is off.';
  if (setting === 'allowUsernameChange') return 'According to the configuration, users can change their username.';
  if (setting === 'disableSamlAutoGeneration') return 'According to the configuration, SAML can still generate new users.';
  if (setting === 'scimAdmin.active') return `${account} is inactive, so every SCIM request is refused.`;
  if (setting === 'scimAdmin.authenticationType') return `${account} signs in through the identity provider instead of with its own password.`;
  if (setting === 'scimAdmin.organizationAdmin')
    return `According to the configuration, the SCIM Admin${admin === undefined ? '' : ` "${admin.userName}"`} is not ${wanted}.`;
  if (setting === 'tokenIssued') return `According to the configuration, the bearer token was issued on ${stated}, which is in the future.`;
  const said = [...(stated === null ? [] : [`${spoken(stated)} in the configuration`]), ...(exported === null ? [] : [`${spoken(exported)} in the export`])];
  return `${account} does not have ${wanted}: the license is ${said.join(', ')}.`;
}

function messageOf(judgment: EnvironmentSetting): string {
  const { setting, problem, stated, expires, users } = judgment;
  const { what, wanted } = WORDS[setting];
  if (problem === 'wrong') return wrongText(judgment);
  if (problem === 'unsaid' && setting === 'scimAdmin.authenticationType') return `The export does not say whether the SCIM Admin is a ${wanted} account.`;
  if (problem === 'unsaid') return `The configuration does not state ${what}; it must be ${wanted}.`;
  if (problem === 'contradictory') return 'According to the configuration, multi-mode authentication is on, but the authentication mode given is not multi.';
  if (problem === 'missing') return `The SCIM Admin ${spoken(stated)} is not a user in the export.`;
  if (problem === 'ambiguous') return `The SCIM Admin ${spoken(stated)} matches ${users.length} users in the export (${idsOf(users)}).`;
  return problem === 'expired' ? `The bearer token issued on ${stated} expired on ${expires}.` : `The bearer token issued on ${stated} expires on ${expires}.`;
}

/** Returns whether the stated value is a username. */
const isName = ({ setting, stated }: EnvironmentSetting): boolean => setting === 'scimAdmin' && typeof stated === 'string' && !/^\d+$/.test(stated);

const subjectOf = ({ id, userName, active, authenticationType }: User): string[] => [id, userName, String(active), authenticationType];

export const environmentSetting = defineRule({
  name: 'environment-setting',
  severity: 'error',
  title: 'Settings of Jama Connect',
  finds:
    'A setting in the configuration that does not have the value that enablement needs, or that is missing if --strict-environment is given (a warning if the bearer token expires within 30 days, or if multi-mode contradicts the authentication mode).',
  why: 'No export shows these settings. If one is wrong, SCIM requests are refused, people change or create accounts outside the identity provider, or provisioning stops when the token expires.',
  fix: 'Change the setting in the administration of Jama Connect, then update `environment` in the configuration. The SCIM Admin must be an active Basic account with a named Creator license and be an organization administrator. After you issue a new bearer token, enter its date of issue.',
  example:
    'The configuration says `"scimAdmin": { "userName": "scim.admin", "license": "Creator (float)" }`: requests from an account with a floating license are refused.',
  clause: 'connect-configuration',
  fields: FIELDS,
  isAskedFor: ({ environment }) => environment !== undefined,
  start: ({ policy: { environment, authMode }, directory: { users } }) => ({
    *findings() {
      if (environment === undefined) return;
      for (const judgment of judgeEnvironment(environment, users, authMode === 'multi')) {
        const isMild = judgment.problem === 'expiring' || judgment.problem === 'contradictory';
        yield { rule: 'environment-setting', severity: isMild ? 'warning' : 'error', ...judgment, wanted: WORDS[judgment.setting].wanted };
      }
    },
  }),
  message: messageOf,
  identity: ({ setting, problem, stated, exported, users }) => [
    ...[formerSpelling(setting), problem, String(stated), String(exported)],
    ...sortedIdentity(users, subjectOf),
  ],
  topic: ({ setting }) => setting,
  redact: (finding, redactor) => ({
    ...finding,
    ...(isName(finding) ? { stated: redactor.identity(String(finding.stated)) } : {}),
    users: finding.users.map(redactor.user),
  }),
  columns: [
    ['setting', ({ setting }) => setting],
    ['what is wrong', messageOf],
    ['must be', ({ wanted }) => wanted],
    ['where', ({ users: [user] }, _, locate) => (user === undefined ? 'configuration' : placeText(locate(user)))],
  ],
  size: () => 1,
  decisions: ['accept'],
  remedy: (finding) => askAboutExport(finding.setting, messageOf(finding)),
});
