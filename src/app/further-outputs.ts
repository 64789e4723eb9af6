/** What `check` writes besides its reports: a certificate, and the summary of a GitHub Actions step. */

import { appendFileSync, existsSync, statSync } from 'node:fs';
import type { Report } from '../audit/report.js';
import { UserError } from '../model/user-error.js';
import { fileOf } from '../sources/input-files.js';
import { hashFile } from '../targets/run/files.js';
import type { Context } from './context.js';
import { NODE_DIGESTS } from './node-digests.js';
import { refuseDoubled } from './outputs.js';
import { type ListFile, type Prepared, pathFrom } from './resolve-command.js';
import { secretKey } from './secret-key.js';
import { TOOL } from './tool.js';
import { writeWhole } from './whole-file.js';
import { writeReason } from './write-reason.js';

/** GitHub takes no larger summary of a step, and one step may hold several checks. */
const LARGEST_SUMMARY = 1024 * 1024;

interface CertificateWishes {
  readonly certificate?: string;
  readonly decisions?: string | undefined;
  readonly baseline?: string | undefined;
}

/** A report that is written as well: its format, and its file unless it goes to stdout. */
interface WrittenReport {
  readonly format: string;
  readonly file?: string;
}

export interface FurtherOutput {
  /** Throws a UserError if it cannot be written. */
  write(report: Report): Promise<void>;
}

/** Returns what is to be written after the reports. Throws a UserError if that is known to be impossible before anything is read. */
export function furtherOutputs(
  { certificate, decisions, baseline }: CertificateWishes,
  reports: readonly WrittenReport[],
  prepared: Prepared,
  context: Context,
): FurtherOutput[] {
  const summary = context.environment.GITHUB_STEP_SUMMARY;
  return [
    ...(certificate === undefined
      ? []
      : [certificateTo(certificate, [...prepared.lists, ...listed('decisions', decisions), ...listed('baseline', baseline)], reports, prepared, context)]),
    ...(summary !== undefined && summary !== '' && reports.some(({ format }) => format === 'github') ? [summaryTo(summary, prepared)] : []),
  ];
}

const listed = (role: ListFile['role'], file: string | undefined): ListFile[] => (file === undefined ? [] : [{ role, file: fileOf(file) }]);

function certificateTo(file: string, lists: readonly ListFile[], reports: readonly WrittenReport[], { request }: Prepared, context: Context): FurtherOutput {
  const outputs = reports.flatMap((report) => (report.file === undefined ? [] : [{ file: report.file, flag: '--output' }]));
  refuseDoubled([...outputs, { file, flag: '--certificate' }]);
  const key = secretKey('SCIM_AUDIT_CERTIFICATE_KEY', context);
  return {
    async write(report) {
      const { certify, serializeCertificate } = await import('../audit/certificate-file.js');
      const { typeList } = report.snapshot;
      // As it was read, if that is known: it may have changed since.
      const digestOf = ({ role, file: list }: ListFile): string => (typeList?.role === role ? typeList.sha256 : hashFile(list));
      const files = lists.map((list) => ({ path: pathFrom(context.folder, list.file), role: list.role, sha256: digestOf(list) }));
      const reading = { columns: request.columns, tables: request.tables, assumeActive: request.isAssumedActive };
      writeWhole(
        file,
        [serializeCertificate(certify(report, { tool: TOOL, time: context.now().toISOString(), files, reading }), NODE_DIGESTS, key)],
        context.process.pid,
        true,
      );
    },
  };
}

function summaryTo(file: string, { sourceWords }: Prepared): FurtherOutput {
  return {
    async write(report) {
      const { renderSummary } = await import('../reporters/github.js');
      try {
        const used = existsSync(file) ? statSync(file).size : 0;
        const room = LARGEST_SUMMARY - used;
        // What is there already must not be refused because of what comes after it.
        if (room > 4096) appendFileSync(file, renderSummary(report, { tool: TOOL, hasColors: false, mostRows: 10, sourceWords }, room));
      } catch (error) {
        throw new UserError(
          `The step summary ${file} cannot be written: ${writeReason(error)}`,
          'GITHUB_STEP_SUMMARY names it; unset it, or give it another file.',
        );
      }
    },
  };
}
