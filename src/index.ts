/** The library's door: read a source, audit it, report on it. */

export { beginAudit, findMissingInputs } from './audit/audit.js';
export type { Acceptance, AuditedFinding, NotChecked, Report, Summary } from './audit/report.js';
export { COLLATIONS, type CollationName } from './model/collation-name.js';
export { type Collation, collationOf } from './model/compare.js';
export type { Directory, Group, Input, MembershipSink, RecordLocation, Snapshot, UnknownMember, User } from './model/directory.js';
export type { FindingBase, Remedy, Severity } from './model/finding.js';
export type { AuthMode, Policy } from './model/policy.js';
export { isInScope, needsUpdate } from './model/scope.js';
export { UserError } from './model/user-error.js';
export { FORMATS, formatsOf, loadReporter } from './reporters/registry.js';
export type { Kind, Reporter, ReportOptions, WriteOptions } from './reporters/reporter.js';
export { type Finding, RULES, type RuleName } from './rules/registry.js';
export type { Rule } from './rules/rule.js';
export { type Reading, readDirectory } from './sources/read-source.js';
export { openSource } from './sources/registry.js';
export type { SourceRequest } from './sources/source.js';
export { SourceRefused } from './sources/tables/problem.js';
