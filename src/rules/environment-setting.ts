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
  stated: value('What the configuration says; null where it says nothing.'),
  exported: value('What the export shows; null where it shows nothing.'),
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

function wrongText({ setting, stated, exported, users }: EnvironmentSetting): string {
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

function messageOf(judgment: EnvironmentSetting): string {
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
const isName = ({ setting, stated }: EnvironmentSetting): boolean => setting === 'scimAdmin' && typeof stated === 'string' && !/^\d+$/.test(stated);

const subjectOf = ({ id, userName, active, authenticationType }: User): string[] => [id, userName, String(active), authenticationType];

export const environmentSetting = defineRule({
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
