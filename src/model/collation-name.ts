/** The ways in which Jama Connect's databases compare text (contract 1.1). */

export const COLLATIONS = ['utf8mb4_0900_ai_ci', 'utf8mb4_general_ci', 'sqlserver_ci_as'] as const;
export type CollationName = (typeof COLLATIONS)[number];

/** The collation of Jama Connect 9.17 and later on MySQL. */
export const DEFAULT_COLLATION: CollationName = 'utf8mb4_0900_ai_ci';
