/** The errors that a program may tell apart. */

export { UserError } from '../model/user-error.js';
export { SourceRefused } from '../sources/tables/problem.js';
export { Refusal, type RefusalKind } from './refusal.js';
