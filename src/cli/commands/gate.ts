import { type Command, InvalidArgumentError, Option } from 'commander';
import type { GateRequest } from '../../app/gate.js';
import { escapeUnseen } from '../../model/written-text.js';

import { printable } from '../../reporters/visible.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { addFileOptions, contextOf, settingOption } from '../options.js';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Returns seconds of `90s`, `30m`, `24h` or `7d`. */
function age(text: string): number {
  const [, number, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) throw new InvalidArgumentError('Expected a whole number with a unit: 90s, 30m, 24h or 7d.');
  return Number(number) * SECONDS[unit];
}

interface GateFlags extends GateRequest {
  readonly format?: 'pretty' | 'json';
}

/** Adds `gate`: holds a certificate of `check` against the time, a key, and a source. */
export function addGate(program: Command, io: Io, end: (ending: Ending) => void): void {
  addFileOptions(
    program
      .command('gate')
      .argument('<certificate>', 'file that "scim-audit check --certificate" wrote')
      .argument('[source]', 'the export that will be used; it must be the audited one. Required, here or with --users'),
  )
    .addOption(settingOption('authTypes', 'list that was part of the audit; it must be unchanged'))
    .addOption(settingOption('basicUsers', 'list that was part of the audit; it must be unchanged'))
    .addOption(settingOption('integrations', 'list that was part of the audit; it must be unchanged'))
    .addOption(settingOption('idpUsers', 'audited export of its users; it must be unchanged'))
    .addOption(settingOption('idpGroups', 'audited export of its groups; it must be unchanged'))
    .addOption(settingOption('idpMembers', 'audited export of the members of a group; it must be unchanged'))
    .addOption(settingOption('idpAssignments', 'audited list of who is assigned; it must be unchanged'))
    .addOption(settingOption('idpSchema', 'audited provisioning schema; it must be unchanged'))
    .optionsGroup('Judging:')
    .option('--strict', 'refuse a certificate with unchecked rules, lowered severities, left-out users, or accepted or known findings')
    .addOption(settingOption('authMode', 'refuse a certificate of a check with another mode'))
    .addOption(settingOption('syncGroups', 'refuse a certificate of a check with other groups to be synced'))
    .addOption(settingOption('syncGroupsFile', 'the same, with the names in a file'))
    .addOption(settingOption('failOn', 'refuse a certificate of a check with another --fail-on'))
    .option('--max-age <age>', 'refuse a certificate that is older than this, e.g. 90s, 30m, 24h or 7d (default: 24h)', age)
    .optionsGroup('Output:')
    .addOption(new Option('--format <format>', 'format of the answer').choices(['pretty', 'json']).default('pretty'))
    .action(async (certificate: string, source: string | undefined, flags: GateFlags) => {
      end(await runGate(certificate, source, flags, io));
    });
}

/** Says whether the gate is open, and why not. */
async function runGate(file: string, source: string | undefined, flags: GateFlags, io: Io): Promise<Ending> {
  const { gate } = await import('../../app/gate.js');
  const { certificate, reasons, warnings, ageSeconds, ageText, isKeyed, facts } = await gate(file, source, flags, contextOf(io));
  if (flags.format === 'json') {
    const { time, tool, ready, snapshot, settings } = certificate;
    const answer = {
      schemaVersion: 1,
      pass: reasons.length === 0,
      reasons,
      warnings,
      ageSeconds,
      provesAuthorship: isKeyed,
      strict: flags.strict === true,
      inputsCompared: true,
    };
    io.stdout.write(`${escapeUnseen(JSON.stringify({ ...answer, certificate: { time, tool, ready, snapshot, settings } }, undefined, 2))}\n`);
  } else {
    io.stdout.write(`${facts.map(printable).join('\n')}\n`);
  }
  for (const warning of warnings) io.stderr.write(`WARNING: ${printable(warning)}\n`);
  for (const reason of reasons.slice(0, -1)) io.stderr.write(`${printable(reason)}\n`);
  const last = reasons.at(-1);
  if (last !== undefined) return { code: EXIT.findings, reason: `the gate does not pass: ${last}` };
  return { code: EXIT.done, reason: `the gate is open: ready, ${ageText} old, and of this source` };
}
