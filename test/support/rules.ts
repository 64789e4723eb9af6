import { RULES } from '../../src/rules/registry.js';

/** The rules of a check to which nothing but an export is given: what is asked with further inputs is not among them. */
export const USUAL_RULES = RULES.filter(({ idp, isAskedFor }) => idp === undefined && isAskedFor === undefined);
