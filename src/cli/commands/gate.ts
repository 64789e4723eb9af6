import { type Command, InvalidArgumentError, Option } from 'commander';
import type { GateRequest } from '../../app/gate.js';
import { escapeUnseen } from '../../model/json-text.js';
import { AUTH_MODES, FAIL_ON } from '../../model/policy.js';
import { printable } from '../../reporters/visible.js';
import { contextOf } from '../context.js';
import { type Ending, EXIT } from '../ending.js';
import type { Io } from '../io.js';
import { addFileOptions, collect, collectNames } from '../options.js';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Returns seconds of `90s`, `30m`, `24h` or `7d`. */
function age(text: string): number {
  const [, number, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) throw new InvalidArgumentError('It is a whole number with a unit: 90s, 30m, 24h or 7d.');
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
      .description('exit with 0 only if the certificate is valid, recent, and says that this export is ready')
      .argument('<certificate>', 'file that "scim-audit check --certificate" wrote')
      .argument('[source]', 'the export that is about to be used, as for check; it must be what was audited. Required, here or as --users FILE …'),
  )
    .option('--idp-users <file>', 'export of the identity provider that was audited as well; may be repeated', collect)
    .option('--idp-groups <file>', 'the same of its groups', collect)
    .option('--idp-members <file>', 'the same of its members', collect)
    .option('--integrations <file>', 'list that was part of the audit; must be unchanged')
    .option('--auth-types <file>', 'list that was part of the audit; must be unchanged')
    .option('--basic-users <file>', 'list that was part of the audit; must be unchanged')
    .option('--strict', 'open only if nothing was left unchecked, lowered, left out, accepted or known')
    .addOption(new Option('--auth-mode <mode>', 'the mode that the check must have run with').choices(AUTH_MODES))
    .option('--sync-group <name>', 'a group to be synced that the check must have run for; may be repeated', collectNames)
    .option('--sync-groups <file>', 'file with such names')
    .addOption(new Option('--fail-on <severity>', 'the --fail-on that the check must have run with').choices(FAIL_ON))
    .option('--max-age <age>', 'refuse a certificate that is older: 90s, 30m, 24h, 7d (default: 24h)', age)
    .addOption(new Option('--format <format>', 'pretty or json').choices(['pretty', 'json']).default('pretty'))
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
  if (last !== undefined) return { code: EXIT.findings, reason: `the gate is shut: ${last}` };
  return { code: EXIT.done, reason: `the gate is open: ready, ${ageText} old, and of this source` };
}
