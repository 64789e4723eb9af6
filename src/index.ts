/** The library: what the command line does, for programs. docs/library.md describes it. */

export { type ApplyRequest, apply } from './app/apply.js';
export { type Checked, type CheckRequest, check } from './app/check.js';
export { type Context, type ContextParts, contextFor } from './app/context.js';
export { Refusal, type RefusalKind, SourceRefused, UserError } from './app/errors.js';
export { type PlanRequest, plan, type WrittenPlan } from './app/plan.js';
export { renderReport } from './app/render.js';
export type { Request } from './app/request.js';
export { runs } from './app/runs.js';
export { type Comparison, type Shown, show } from './app/show.js';
export { undo } from './app/undo.js';
export { type Verified, verify } from './app/verify.js';
export type { Acceptance, AuditedFinding, NotChecked, Report, Summary } from './audit/report.js';
export type { Change } from './model/change.js';
export type { Directory, Group, Input, RecordLocation, Snapshot, User } from './model/directory.js';
export type { FindingBase, Remedy, Severity } from './model/finding.js';
export type { AuthMode, Policy } from './model/policy.js';
export type { MadePlan } from './plan/make-plan.js';
export type { Plan } from './plan/plan.js';
export type { Difference } from './plan/verify.js';
export type { Finding, RuleName } from './rules/registry.js';
export type { SourceProblem } from './sources/tables/problem.js';
export type { Receipt } from './targets/run/apply.js';
export type { RunList } from './targets/run/runs.js';
export type { UndoReceipt } from './targets/run/undo.js';
