/** What `gate` does: it reads a certificate, and says whether it still lets anything pass. */

import { readFileSync } from 'node:fs';
import { fileWords, type Shell, shellCommand, shellWord } from '../../app/command-words.js';
import { NODE_DIGESTS } from '../../app/node-digests.js';
import { secretKey } from '../../app/secret-key.js';
import { idpDifferences, inputDifferences } from '../../app/source-digests.js';
import { type Certificate, parseCertificate } from '../../audit/certificate-file.js';
import { FormerVersion } from '../../audit/former-version.js';
import { isAtOrAbove } from '../../audit/report.js';
import { SEVERITIES } from '../../model/finding.js';
import { escapeUnseen } from '../../model/json-text.js';
import { UserError } from '../../model/user-error.js';
import { printable, visible } from '../../reporters/visible.js';
import { count, grouped } from '../../rules/rule.js';
import { firstWrong } from '../../setup/json-locations.js';
import { reasonOf } from '../../sources/csv/file-stream.js';
import { readyWorkbooks } from '../../sources/xlsx/open-text.js';
import { contextOf } from '../context.js';
import { type Ending, EXIT } from '../ending.js';
import type { Io } from '../io.js';
import type { SharedFlags } from '../options.js';
import { exceptionsOf, listDifferences, pinReasons, UNKEYED, uncomparedOf } from './gate-reasons.js';

export interface GateFlags extends SharedFlags {
  /** Seconds. */
  maxAge?: number;
  /** Nothing may have been left unchecked, lowered, left out, accepted or known. */
  strict?: boolean;
  format?: 'pretty' | 'json';
}

const USUAL_AGE = 86_400;
/** Clocks of two machines may be apart by this many seconds. */
const CLOCK_DRIFT = 300;

/** Returns 0 if the certificate is whole, ready, young enough, of the source that is given and of what is pinned; 1 if not. Throws a UserError if no source is given. */
export async function gate(file: string, source: string | undefined, flags: GateFlags, io: Io): Promise<Ending> {
  const key = secretKey('SCIM_AUDIT_CERTIFICATE_KEY', contextOf(io));
  const certificate = readCertificate(file, key, fileWords(source, flags), io.process.shell);
  const age = Math.floor((io.now().getTime() - Date.parse(certificate.time)) / 1000);
  const isSourceGiven =
    source !== undefined || [flags.users, flags.inactiveUsers, flags.memberships].some((files) => files !== undefined) || flags.groups !== undefined;
  if (!isSourceGiven) {
    throw new UserError(
      'The gate needs the export that is about to be used: a certificate alone may be of another one.',
      `scim-audit gate ${shellWord(file, io.process.shell)} SOURCE`,
    );
  }
  const isIdpGiven = [flags.idpUsers, flags.idpGroups, flags.idpMembers].some((files) => files !== undefined);
  const exceptions = exceptionsOf(certificate);
  const uncompared = uncomparedOf(certificate, flags, isIdpGiven);
  const isStrict = flags.strict === true;
  await readyWorkbooks([flags.syncGroupsFile]);
  const reasons = [
    ...readinessReasons(certificate),
    ...ageReasons(age, flags.maxAge ?? USUAL_AGE),
    ...expiryReasons(certificate, io.now().toISOString().slice(0, 10)),
    ...pinReasons(certificate, flags),
    ...(await inputDifferences(certificate, source, flags, contextOf(io))),
    ...(isIdpGiven ? idpDifferences(certificate, flags) : []),
    ...listDifferences(certificate, flags),
    ...(isStrict ? [...exceptions, ...uncompared].map((text) => `--strict: ${text}`) : []),
  ];
  const warnings = [...(isStrict ? [] : [...exceptions, ...uncompared]), ...(key === undefined ? [UNKEYED] : [])];
  if (flags.format === 'json') {
    const { time, tool, ready, snapshot, settings } = certificate;
    const answer = {
      schemaVersion: 1,
      pass: reasons.length === 0,
      reasons,
      warnings,
      ageSeconds: age,
      provesAuthorship: key !== undefined,
      strict: isStrict,
      inputsCompared: true,
    };
    io.stdout.write(`${escapeUnseen(JSON.stringify({ ...answer, certificate: { time, tool, ready, snapshot, settings } }, undefined, 2))}\n`);
  } else {
    io.stdout.write(
      `${factLines(certificate, age, key !== undefined)
        .map(printable)
        .join('\n')}\n`,
    );
  }
  for (const warning of warnings) io.stderr.write(`WARNING: ${printable(warning)}\n`);
  for (const reason of reasons.slice(0, -1)) io.stderr.write(`${printable(reason)}\n`);
  const last = reasons.at(-1);
  if (last !== undefined) return { code: EXIT.findings, reason: `the gate is shut: ${last}` };
  return { code: EXIT.done, reason: `the gate is open: ready, ${ageText(age)} old, and of this source` };
}

/** Returns the certificate of a file. `sourceWords` name the source in the command that makes it anew. */
function readCertificate(file: string, key: string | undefined, sourceWords: readonly string[], shell: Shell): Certificate {
  try {
    return parseCertificate(readBytes(file), file, NODE_DIGESTS, key, (text) => firstWrong(text).line);
  } catch (error) {
    if (!(error instanceof FormerVersion)) throw error;
    const words = ['scim-audit', 'check', ...(sourceWords.length === 0 ? ['SOURCE'] : sourceWords), ...error.options, '--certificate', file];
    throw new UserError(error.message, `Make it again: ${shellCommand(words, shell)}`);
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(`${file}: ${reasonOf(error)}`, 'Name the file that "scim-audit check --certificate FILE" wrote.');
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
      ? ['the check ran with --fail-on never, which calls everything ready: that says nothing. Run it with --fail-on error, warning or info.']
      : []),
    ...(ready ? [] : [`the check found the organization not ready: ${counted.join(', ')}.`]),
    ...(uncounted > 0
      ? [
          `the check left ${count(uncounted, 'finding')} uncounted that ${uncounted === 1 ? 'is' : 'are'} known from a baseline: known is not accepted. Clean ${uncounted === 1 ? 'it' : 'them'}, or accept ${uncounted === 1 ? 'it' : 'them'} with --decisions.`,
        ]
      : []),
    ...(snapshot.users === 0 ? ['nothing was audited: the source had no users.'] : []),
  ];
}

function ageReasons(age: number, most: number): string[] {
  if (age < -CLOCK_DRIFT) return [`the certificate is from the future, by ${ageText(-age)}: a clock is wrong, or the time was made up.`];
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
    `  seal         ${isKeyed ? 'HMAC-SHA-256: whole, and made by who has the key' : 'SHA-256: whole; it proves integrity, not authorship'}`,
  ];
}
