/** The contents of a preview: the forecast and its inputs. */

import type { Input, Snapshot } from '../model/directory.js';
import { type IdpDirectory, type IdpInput, PROVIDER_NAMES } from '../model/idp.js';
import type { Note } from '../model/note.js';
import type { Policy } from '../model/policy.js';
import { count, grouped } from '../rules/rule.js';
import type { Forecast, UserForecast } from './forecast.js';
import { each, kindOf } from './outcomes.js';
import type { MembershipView } from './preview-input.js';

export interface Preview {
  /** For the source: where subjects were read, even those that a plan changed. */
  readonly snapshot: Snapshot;
  /** When the source was read from Jama Connect, in ISO 8601; absent if that is not known. */
  readonly pulledAt?: string;
  readonly policy: Policy;
  /** Wanted names; null if every organization-level group is meant. */
  readonly syncNames: readonly string[] | null;
  readonly idp: IdpDirectory;
  /** Set if the forecast is for after a plan was applied. */
  readonly forecast: Forecast;
  /** The memberships before the sync, by indexes of user and group. */
  readonly members: MembershipView;
  /** With a plan: the forecast without it. */
  readonly before?: Forecast;
  /** Notes on how both sides were read. */
  readonly notes: readonly Note[];
  /** True if usernames, emails and names are replaced by pseudonyms. */
  readonly isRedacted?: true;
}

/** People of the provider, each in exactly one of these. */
interface PeopleCounts {
  readonly all: number;
  readonly second: number;
  readonly uncertain: number;
  readonly asTheyAre: number;
  readonly changed: number;
  readonly created: number;
  readonly notSent: number;
}

function countPeople({ people }: Forecast): PeopleCounts {
  const counts = { all: 0, second: 0, uncertain: 0, asTheyAre: 0, changed: 0, created: 0, notSent: 0 };
  for (const { bits, times } of people.kinds) {
    const { effects, isSecond, isUncertain, isPerson } = kindOf(bits);
    if (!isPerson) continue;
    counts.all += times;
    if (isSecond) counts.second += times;
    else if (isUncertain) counts.uncertain += times;
    else if (effects.includes('create')) counts.created += times;
    else if (!effects.includes('link')) counts.notSent += times;
    else if (effects.length > 1) counts.changed += times;
    else counts.asTheyAre += times;
  }
  return counts;
}

/** Returns the outcome in one sentence, which counts people. */
export function outcomeText({ forecast, before }: Preview): string {
  const name = PROVIDER_NAMES[forecast.provider];
  const { all, second, uncertain, asTheyAre, changed, created, notSent } = countPeople(forecast);
  const seconds =
    second === 0 && all === 1
      ? `the one person in ${name} would get no second account`
      : `${second === 0 ? 'none' : grouped(second)} of ${count(all, 'person', 'people')} in ${name} would get a second account`;
  const doubts = uncertain === 0 ? 'no outcome is uncertain' : `the outcome for ${grouped(uncertain)} is uncertain`;
  const others = (
    [
      [asTheyAre, 'linked as they are', 'linked as it is'],
      [changed, 'linked and changed', 'linked and changed'],
      [created, 'new', 'new'],
      [notSent, 'not sent', 'not sent'],
    ] as const
  ).flatMap(([number, many, one]) => (number === 0 ? [] : [`${grouped(number)} ${number === 1 ? one : many}`]));
  const text = `${seconds}, and ${doubts}${others.length === 0 ? '' : `; ${others.join(', ')}`}`;
  if (before === undefined) return text;
  const now = countPeople(before);
  return `once the plan is applied, ${text} (now: ${grouped(now.second)} and ${grouped(now.uncertain)})`;
}

/** Returns the title of the preview. */
export const titleText = ({ forecast }: Preview): string => `What the first sync of ${PROVIDER_NAMES[forecast.provider]} will do`;

/** Returns every file and table that was read, those of the identity provider last. */
export const previewInputs = ({ snapshot, idp }: Preview): readonly (Input | IdpInput)[] => [...snapshot.inputs, ...idp.inputs];

/** Does nothing in it need a person's attention before the sync. */
export const isCalm = ({ forecast: { summary, licenses } }: Preview): boolean =>
  summary.secondAccounts +
    summary.uncertain +
    summary.logins.none +
    summary.logins['other-account'] +
    summary.groups.ambiguous +
    summary.groups.unknown +
    summary.memberships.unknown +
    summary.memberships.lost ===
    0 && (licenses?.without.length ?? 0) === 0;

/** A person to try the provisioning with. */
interface Trial {
  /** What the first sync does. */
  readonly what: string;
  /** The username at the identity provider. */
  readonly subject: string;
}

/** Kinds of effect in the order in which they are tried: the least harmful first. A second account is not tried but prevented. */
const KINDS: readonly { readonly what: string; is(forecast: UserForecast): boolean }[] = [
  { what: 'the account is linked and stays as it is', is: ({ effects }) => effects.length === 1 && effects[0] === 'link' },
  { what: 'the account is linked, and values are overwritten', is: ({ effects }) => effects.includes('overwrite') && !effects.includes('activate') },
  { what: 'the Basic account is linked', is: ({ effects, user }) => effects.includes('link') && user?.authenticationType === 'basic' && user.active },
  { what: 'the inactive account is linked and activated', is: ({ effects }) => effects.includes('activate') },
  { what: 'a new account is created', is: ({ effects, beside }) => effects.includes('create') && beside.length === 0 },
];

/** Returns the first person of each kind, in the order of the kinds; each person once. */
export function trialUsers({ people }: Forecast): Trial[] {
  const found = new Map<number, Trial>();
  for (const forecast of each(people)) {
    const { idpUser } = forecast;
    if (idpUser === undefined || !idpUser.active) continue;
    const kind = KINDS.findIndex((each, at) => !found.has(at) && each.is(forecast));
    if (kind === -1) continue;
    found.set(kind, { what: KINDS[kind].what, subject: idpUser.subject });
  }
  return [...found].sort(([a], [b]) => a - b).map(([, trial]) => trial);
}
