/** The structure of a runbook: the ordered steps of one enablement, with the known status of each. */

import type { SettingOfEnvironment } from '../model/environment.js';
import type { ClauseId } from '../model/guide.js';
import { GUIDE } from '../model/guide.js';
import { type IdpProvider, PROVIDER_NAMES } from '../model/idp.js';
import type { AuthMode } from '../model/policy.js';

export type Hosting = 'cloud' | 'self-hosted';
export const HOSTINGS = ['cloud', 'self-hosted'] as const satisfies readonly Hosting[];

/** What determines which steps apply. */
export interface EnablementCase {
  readonly idp: IdpProvider;
  readonly hosting: Hosting;
  readonly authMode: AuthMode;
  /** True if groups and memberships are synced as well. */
  readonly hasGroups: boolean;
  /** Command-line words that give the export and how it is checked today. */
  readonly sourceWords: string;
  /** The same once Multi-Mode authentication is on, if a step switches it on; otherwise as today. */
  readonly laterWords: string;
  /** Command-line words that give the export alone. */
  readonly fileWords: string;
  /** False if the export has other ids than Jama Connect gives, by which nothing can be compared with Jama Connect itself. */
  readonly hasJamaIds: boolean;
  /** True if these words name the identity provider's exports. */
  readonly namesIdpExports: boolean;
  /** People to try the provisioning with, one of each kind; absent without the identity provider's exports. */
  readonly trial?: readonly TrialUser[];
  /** The organization administrators that the configuration names, as the export has them; absent if none are named, or without an export. */
  readonly administrators?: readonly Administrator[];
}

/** An organization administrator, and whether the person could still sign in if the provider is down. */
export interface Administrator {
  /** The username, or the name in the configuration if the export has no such user. */
  readonly name: string;
  readonly state: 'outside' | 'outside-unsure' | 'in-provider' | 'idp' | 'inactive' | 'missing';
}

/** A person to try the provisioning with, and what the first sync does. */
export interface TrialUser {
  readonly what: string;
  /** The username at the identity provider. */
  readonly subject: string;
}

/** What a step brings about, and what others need to have been brought about before them. */
export type Milestone =
  | 'support is agreed'
  | 'export'
  | 'sync groups'
  | 'plan'
  | 'changes in Jama Connect'
  | 'final authentication mode'
  | 'way in without the provider'
  | 'SCIM Admin'
  | 'certificate'
  | 'SCIM is enabled'
  | 'token endpoints'
  | 'keys'
  | 'token'
  | 'application'
  | 'connection'
  | 'mapping'
  | 'assignments'
  | 'preview'
  | 'trial'
  | 'first sync';

/** The audit's statement about a step; a step without one is for a person to do and tick. */
export type Knowledge =
  | { readonly state: 'done' /** What was looked at. */; readonly text: string }
  /** `more`: options that a check needs in addition to show it; blank if none. */
  | { readonly state: 'open' | 'unknown'; readonly text: string; readonly more: string };

/** Status of the data that some rules check, and of settings; undefined if none are stated. */
export interface Known {
  data(rules: readonly string[]): Knowledge;
  settings(names: readonly SettingOfEnvironment[]): Knowledge | undefined;
  /** Undefined if the groups to be synced were stated. */
  unnamedGroups(): Knowledge | undefined;
}

/** A sentence of this program, which may contain Markdown's code marks; or a command or sentence with text from the input. */
export type Detail = string | { readonly code: string };

export interface Step {
  /** Stable, for users who track the steps elsewhere. */
  readonly id: string;
  /** The guide's clause for the step; absent if the step is this program's own advice. */
  readonly clause?: ClauseId;
  applies(given: EnablementCase): boolean;
  text(given: EnablementCase): string;
  /** Details of the step, in order. */
  details?(given: EnablementCase): readonly Detail[];
  /** What must have been brought about before. */
  needs?(given: EnablementCase): readonly Milestone[];
  readonly gives?: readonly Milestone[];
  /** Rules that show whether it is done; absent if no export can show it. */
  rules?(given: EnablementCase): readonly string[];
  /** True if the step is not done while every group counts as one to be synced only because none were named. */
  readonly needsGroupNames?: true;
  /** Settings, stated in the configuration, that show whether it is done. */
  readonly settings?: readonly SettingOfEnvironment[];
}

export interface Section {
  readonly title: (given: EnablementCase) => string;
  readonly steps: readonly Step[];
}

/** A step as displayed. */
export interface WrittenStep {
  readonly id: string;
  readonly clause?: ClauseId;
  readonly text: string;
  readonly details: readonly Detail[];
  readonly knowledge?: Knowledge;
}

export interface Runbook {
  readonly given: EnablementCase;
  readonly title: string;
  /** What the runbook is based on, one sentence each. */
  readonly basis: readonly Detail[];
  /** Without sections in which no step applies. */
  readonly sections: readonly { readonly title: string; readonly steps: readonly WrittenStep[] }[];
}

export const always = (): true => true;
export const isOkta = ({ idp }: EnablementCase): boolean => idp === 'okta';
export const isEntra = ({ idp }: EnablementCase): boolean => idp === 'entra';
export const hasGroups = (given: EnablementCase): boolean => given.hasGroups;
/** Do people sign in with a password today. */
export const hasPasswords = ({ authMode }: EnablementCase): boolean => authMode === 'basic' || authMode === 'multi';
/** Does a step switch Multi-Mode authentication on: Okta signs in to the SCIM interface with Basic authentication. */
export const becomesMulti = ({ idp, authMode }: Pick<EnablementCase, 'idp' | 'authMode'>): boolean => idp === 'okta' && authMode !== 'multi';
export const isCloud = ({ hosting }: EnablementCase): boolean => hosting === 'cloud';

/** Returns the command that predicts the first sync. */
export const previewCommand = ({ idp, namesIdpExports }: EnablementCase, words: string): string =>
  `scim-audit preview ${words}${namesIdpExports ? '' : ` --idp ${idp} --idp-users FILE`}`;

/** Returns the runbook of a case; `known` gives the status of its steps. */
export function writeRunbook(given: EnablementCase, sections: readonly Section[], basis: readonly Detail[], known: Known): Runbook {
  const { idp, hosting, authMode } = given;
  return {
    given,
    title: `Enabling SCIM: ${PROVIDER_NAMES[idp]}, Jama Connect ${hosting === 'cloud' ? 'Cloud' : 'self-hosted'}, authentication mode ${authMode}, ${given.hasGroups ? 'with groups' : 'without groups'}`,
    basis: [
      ...basis,
      `The steps follow the vendor's guide, "${GUIDE.title}" (${GUIDE.former}), in the words of this program. A step that cites no clause of the guide is this program's own advice.`,
    ],
    sections: sections.flatMap(({ title, steps }) => {
      const written = steps.filter((step) => step.applies(given)).map((step) => writeStep(step, given, known));
      return written.length === 0 ? [] : [{ title: title(given), steps: written }];
    }),
  };
}

function writeStep(step: Step, given: EnablementCase, known: Known): WrittenStep {
  const { id, clause } = step;
  const knowledge = knowledgeOf(step, given, known);
  return {
    id,
    ...(clause === undefined ? {} : { clause }),
    text: step.text(given),
    details: step.details?.(given) ?? [],
    ...(knowledge === undefined ? {} : { knowledge }),
  };
}

function knowledgeOf(step: Step, given: EnablementCase, known: Known): Knowledge | undefined {
  if (step.rules === undefined) return step.settings === undefined ? undefined : known.settings(step.settings);
  return (step.needsGroupNames === true ? known.unnamedGroups() : undefined) ?? known.data(step.rules(given));
}
