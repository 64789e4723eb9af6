import { administratorsOf, breakGlassAccounts } from '../model/administrators.js';
import { defineRule } from './define.js';
import { choice, type FindingOf, identityTexts, users } from './fields.js';
import { askAboutExport, few, placeText, sortedIdentity } from './rule.js';

const PROBLEMS = ['none', 'one', 'unsaid'] as const;

const FIELDS = {
  problem: choice(PROBLEMS, 'How many there are; `unsaid`: the configuration does not name the organization administrators.'),
  users: users(0, 'The active Basic accounts outside the provider.'),
  administrators: users(0, 'The organization administrators that the configuration names.'),
  missing: identityTexts(),
};
type BreakGlass = FindingOf<'break-glass', typeof FIELDS>;

/** Returns the finding as a sentence without its end. */
function sentence({ problem, users: [only], administrators, missing }: BreakGlass): string {
  if (problem === 'unsaid')
    return 'The configuration does not name the organization administrators, so it is not known who could still administer Jama Connect';
  const lost = missing.length === 0 ? '' : `; ${few(missing)} ${missing.length === 1 ? 'is' : 'are'} not in the export`;
  const among = `of the organization administrators that the configuration names (${administrators.length + missing.length})`;
  if (problem === 'one' && only !== undefined)
    return `Only "${only.userName}" ${among} is an active Basic account outside the identity provider: if this password is lost, nobody can administer Jama Connect without the provider${lost}`;
  return `None ${among} is an active Basic account outside the identity provider: if single sign-on or the sync fails, nobody can administer Jama Connect${lost}`;
}

export const breakGlass = defineRule({
  name: 'break-glass',
  severity: 'error',
  title: 'Accounts that can still administer if sign-in fails',
  finds:
    'No organization administrator with an active Basic account outside the identity provider (a warning if there is one), among those that `environment.administrators` names. Checked in the modes basic and multi; if they are not named, only with --strict-environment.',
  why: 'If single sign-on or the provider fails on the day of the change, or the sync deactivates an account by mistake, only a password account that the provider does not manage can still administer Jama Connect.',
  fix: 'Keep two Basic accounts that are organization administrators and that the provider does not have, with passwords in a safe place, and name them in `environment.administrators`. They may be accounts of services, such as the SCIM Admin.',
  example: 'The configuration says `"administrators": ["ana@example.com"]`, and Okta has "ana@example.com".',
  clause: 'multi-mode',
  fields: FIELDS,
  isAskedFor: ({ authMode, environment }) =>
    (authMode === 'basic' || authMode === 'multi') && environment !== undefined && (environment.stated.administrators !== undefined || environment.isStrict),
  start: ({ policy: { environment }, index, idp }) => ({
    *findings(): Iterable<BreakGlass> {
      const stated = environment?.stated.administrators;
      if (stated === undefined) {
        yield { rule: 'break-glass', severity: 'error', problem: 'unsaid', users: [], administrators: [], missing: [] };
        return;
      }
      const { users: administrators, missing } = administratorsOf(index, stated);
      const safe = breakGlassAccounts(administrators, idp);
      if (safe.length > 1) return;
      const problem = safe.length === 0 ? 'none' : 'one';
      yield { rule: 'break-glass', severity: problem === 'none' ? 'error' : 'warning', problem, users: safe, administrators, missing };
    },
  }),
  message: (finding) => `${sentence(finding)}.`,
  identity: ({ problem, administrators, missing }) => [problem, ...sortedIdentity(administrators, ({ userName }) => [userName]), ...missing],
  topic: ({ problem }) => problem,
  columns: [
    ['what is wrong', (finding) => sentence(finding)],
    ['outside the provider', ({ users: [only] }) => only?.userName ?? 'nobody'],
    ['where', ({ users: [only] }, _, locate) => (only === undefined ? 'configuration' : placeText(locate(only)))],
  ],
  decisions: ['accept'],
  remedy: (finding) => askAboutExport('environment.administrators', `${sentence(finding)}.`),
});
