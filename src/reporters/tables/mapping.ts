import { CLAUSES } from '../../model/guide.js';
import { MAPPING_CHECKS, type MappingReport } from '../../setup/mapping-check.js';
import { type Table, tableOf } from './table.js';

const COLUMNS = ['check', 'severity', 'path', 'line', 'column', 'message', 'fix', 'guide'] as const;

/** Returns a row per finding. */
export const mappingTable = ({ findings }: MappingReport): Table =>
  tableOf(
    COLUMNS,
    findings.map(({ check, severity, path, line, column, message }) => {
      const { fix, clause } = MAPPING_CHECKS[check];
      return { check, severity, path, line: String(line), column: String(column), message, fix: severity === 'info' ? '' : fix, guide: CLAUSES[clause] };
    }),
  );
