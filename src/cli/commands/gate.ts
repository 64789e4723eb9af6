import { type Command, InvalidArgumentError, Option } from 'commander';
import { AUTH_MODES, FAIL_ON } from '../../model/policy.js';
import type { GateFlags } from '../actions/gate.js';
import type { Ending } from '../ending.js';
import type { Io } from '../io.js';
import { addFileOptions, collect, collectNames } from '../options.js';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Returns seconds of `90s`, `30m`, `24h` or `7d`. */
function age(text: string): number {
  const [, number, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) throw new InvalidArgumentError('It is a whole number with a unit: 90s, 30m, 24h or 7d.');
  return Number(number) * SECONDS[unit];
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
      const { gate } = await import('../actions/gate.js');
      end(await gate(certificate, source, flags, io));
    });
}
