/** Reads a certificate of `check`, and says whether it still holds for an export. */

import { readFileSync } from 'node:fs';
import { type Certificate, parseCertificate } from '../audit/certificate-file.js';
import { isAtOrAbove } from '../audit/report.js';
import { FormerVersion } from '../audit/sealed-document.js';
import { SEVERITIES } from '../model/finding.js';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { visible } from '../reporters/visible.js';
import { count, grouped } from '../rules/rule.js';
import { firstWrong } from '../setup/json-locations.js';
import { reasonOf } from '../sources/csv/file-stream.js';
import { readyWorkbooks } from '../sources/input-files.js';
import { fileWords, type Request, type Shell, shellCommand, shellWord } from './command-words.js';
import { type Context, todayOf } from './context.js';
import { exceptionsOf, listDifferences, pinReasons, UNKEYED, uncomparedOf } from './gate-reasons.js';
import { NODE_DIGESTS, secretKey } from './node-digests.js';
import { idpDifferences, inputDifferences } from './source-digests.js';

export interface GateRequest extends Request {
  /** Seconds; by default a day. */
  readonly maxAge?: number;
  /** Nothing may have been left unchecked, lowered, left out, accepted or known. */
  readonly strict?: boolean;
}

export interface Gated {
  readonly certificate: Certificate;
  /** Why nothing may pass, one sentence each; without any the gate is open. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  readonly ageSeconds: number;
  /** The age in words. */
  readonly ageText: string;
  /** The certificate was sealed with the key of SCIM_AUDIT_CERTIFICATE_KEY. */
  readonly isKeyed: boolean;
  /** The certificate in lines for people. */
  readonly facts: readonly string[];
}

const USUAL_AGE = 86_400;
/** Clocks of two machines may be apart by this many seconds. */
const CLOCK_DRIFT = 300;

/** Returns whether the certificate is whole, ready, young enough, of the source that is given and of what is pinned. Throws a UserError if no source is given. */
export async function gate(file: string, source: string | undefined, request: GateRequest, context: Context): Promise<Gated> {
  const key = secretKey('SCIM_AUDIT_CERTIFICATE_KEY', context);
  const certificate = readCertificate(file, key, fileWords(source, request), context.process.shell);
  const age = Math.floor((context.now().getTime() - Date.parse(certificate.time)) / 1000);
  const isSourceGiven =
    source !== undefined || [request.users, request.inactiveUsers, request.memberships].some((files) => files !== undefined) || request.groups !== undefined;
  if (!isSourceGiven) {
    throw new UserError(
      'The gate needs the export that is about to be used: a certificate alone may be about a different one.',
      `scim-audit gate ${shellWord(file, context.process.shell)} SOURCE`,
    );
  }
  const isIdpGiven = [request.idpUsers, request.idpGroups, request.idpMembers, request.idpAssignments, request.idpSchema].some((files) => files !== undefined);
  const exceptions = exceptionsOf(certificate);
  const uncompared = uncomparedOf(certificate, request, isIdpGiven);
  const isStrict = request.strict === true;
  await readyWorkbooks([request.syncGroupsFile]);
  const reasons = [
    ...readinessReasons(certificate),
    ...ageReasons(age, request.maxAge ?? USUAL_AGE),
    ...expiryReasons(certificate, todayOf(context)),
    ...pinReasons(certificate, request),
    ...(await inputDifferences(certificate, source, request, context)),
    ...(isIdpGiven ? idpDifferences(certificate, request) : []),
    ...listDifferences(certificate, request),
    ...(isStrict ? [...exceptions, ...uncompared].map((text) => `--strict: ${text}`) : []),
  ];
  const warnings = [...(isStrict ? [] : [...exceptions, ...uncompared]), ...(key === undefined ? [UNKEYED] : [])];
  const isKeyed = key !== undefined;
  return { certificate, reasons, warnings, ageSeconds: age, ageText: ageText(age), isKeyed, facts: factLines(certificate, age, isKeyed) };
}

/** Returns the certificate of a file. `sourceWords` name the source in the command that makes it anew. */
function readCertificate(file: string, key: string | undefined, sourceWords: readonly string[], shell: Shell): Certificate {
  try {
    return parseCertificate(readBytes(file), file, NODE_DIGESTS, key, (text) => firstWrong(text).line);
  } catch (error) {
    if (!(error instanceof FormerVersion)) throw error;
    const words = ['scim-audit', 'check', ...(sourceWords.length === 0 ? ['SOURCE'] : sourceWords), ...error.options, '--certificate', file];
    throw new UserError(error.notes.message, `Make it again: ${shellCommand(words, shell)}`);
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(`${file}: ${reasonOf(error)}`, note`Name the file that "scim-audit check --certificate FILE" wrote.`);
  }
}

/** Returns how many findings were not counted that would have made the check fail: known is not accepted. */
const uncountedIn = ({ known, settings }: Certificate): number => known.filter(({ severity }) => isAtOrAbove(severity, settings.failOn)).length;

function readinessReasons(certificate: Certificate): string[] {
  const { ready, settings, summary, snapshot } = certificate;
  const uncounted = uncountedIn(certificate);
  const counted = SEVERITIES.flatMap((severity) =>
    summary[severity] > 0 ? [severity === 'info' ? `${grouped(summary.info)} info` : count(summary[severity], severity)] : [],
  );
  return [
    ...(settings.failOn === 'never'
      ? ['the check ran with --fail-on never, which calls everything ready, so it proves nothing. Run it with --fail-on error, warning or info.']
      : []),
    // Without users nothing was counted: the last reason says why.
    ...(ready || snapshot.users === 0 ? [] : [`the check found the organization not ready: ${counted.join(', ')}.`]),
    ...(uncounted > 0
      ? [
          `the check left ${count(uncounted, 'finding')} uncounted that ${uncounted === 1 ? 'is' : 'are'} known from a baseline: known is not accepted. Clean ${uncounted === 1 ? 'it' : 'them'}, or accept ${uncounted === 1 ? 'it' : 'them'} with --decisions.`,
        ]
      : []),
    ...(snapshot.users === 0 ? ['the source had no users, so nothing was checked.'] : []),
  ];
}

function ageReasons(age: number, most: number): string[] {
  if (age < -CLOCK_DRIFT) return [`the certificate is from the future, by ${ageText(-age)}: a clock is wrong, or the time was invented.`];
  return age > most ? [`the certificate is ${ageText(age)} old, more than ${ageText(most)}. Run the check again.`] : [];
}

function expiryReasons({ accepted }: Certificate, today: string): string[] {
  return accepted.flatMap(({ fingerprint, owner, expires }) =>
    expires !== undefined && expires < today ? [`the acceptance of ${visible(fingerprint)} by ${visible(owner)} ended on ${visible(expires)}.`] : [],
  );
}

/** Returns an age in its largest whole unit and the next one: `1 day 3 h`. */
function ageText(seconds: number): string {
  const all = Math.max(0, seconds);
  if (all < 120) return `${all} s`;
  if (all < 7200) return `${Math.floor(all / 60)} min`;
  const hours = Math.floor(all / 3600);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days${hours % 24 === 0 ? '' : ` ${hours % 24} h`}`;
}

function factLines(certificate: Certificate, age: number, isKeyed: boolean): string[] {
  const { tool, time, ready, snapshot, files, idp, settings, rules, notChecked, accepted, known, summary } = certificate;
  const verdict = !ready ? 'NOT READY' : uncountedIn(certificate) > 0 ? 'no new findings' : 'ready';
  const { inputs, users, inScope, groups, memberships } = snapshot;
  const { syncGroups } = settings;
  return [
    `Certificate by ${tool.name} ${tool.version} of ${time}, ${ageText(age)} old`,
    `  verdict      ${verdict} with --fail-on ${settings.failOn}: ${count(summary.error, 'error')}, ${count(summary.warning, 'warning')}, ${summary.info} info`,
    `  audited      ${count(users, 'user')} (${grouped(inScope)} in scope), ${count(groups, 'group')}, ${count(memberships, 'membership')}`,
    ...inputs.map(
      ({ path, table, role, sha256 }) => `  input        ${visible(path)}${table === undefined ? '' : ` (${visible(table)})`}, ${role}, SHA-256 ${sha256}`,
    ),
    ...(idp?.inputs ?? []).map(({ path, role, sha256 }) => `  input        ${visible(path)}, ${role}, SHA-256 ${sha256}`),
    ...files.map(({ path, role, sha256 }) => `  file         ${visible(path)}, ${role}, SHA-256 ${sha256}`),
    `  judged as    --auth-mode ${settings.authMode}; groups to be synced: ${syncGroups === null ? 'every organization-level group' : grouped(syncGroups.length)}`,
    ...(settings.config === null ? [] : [`  config       ${visible(settings.config)}`]),
    `  rules        ${rules.length} checked, ${notChecked.length} not checked`,
    ...accepted.map(
      ({ fingerprint, owner, reason, expires }) =>
        `  accepted     ${visible(fingerprint)} by ${visible(owner)}${expires === undefined ? '' : ` until ${visible(expires)}`}: ${visible(reason)}`,
    ),
    ...(known.length > 0 ? [`  known        ${count(known.length, 'finding')} from a baseline`] : []),
    `  seal         ${isKeyed ? 'HMAC-SHA-256: intact, and made by someone who has the key' : 'SHA-256: intact; it proves integrity, not authorship'}`,
  ];
}
