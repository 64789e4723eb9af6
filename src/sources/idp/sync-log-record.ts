/**
 * The provider's log of what it sent: Entra's provisioning log and Okta's System Log, as their APIs return them.
 * Names of fields: Microsoft Graph, "provisioningObjectSummary resource type" (v1.0; the deprecated `action` and `statusInfo`
 * as well); Okta, "System Log API: LogEvent object" and "Event types".
 */

import type { IdpProvider } from '../../model/idp.js';
import type { JsonRecordReader } from '../json/json-record.js';

type Text = string | null | undefined;
type Optional<T> = T | null | undefined;

interface Identity {
  readonly id: Text;
  readonly displayName: Text;
  readonly identityType: Text;
  readonly details: Optional<Readonly<Record<string, unknown>>>;
}

interface Status {
  readonly status: Text;
  readonly errorInformation: Optional<{ readonly errorCode: Text; readonly reason: Text }>;
}

interface Principal {
  readonly id: Text;
  readonly displayName: Text;
  readonly name: Text;
}

export interface EntraRecord {
  readonly activityDateTime: Text;
  readonly provisioningStatusInfo: Optional<Status>;
  readonly statusInfo: Optional<Status>;
  readonly sourceIdentity: Optional<Identity>;
  readonly targetIdentity: Optional<Identity>;
  readonly servicePrincipal: Optional<Principal | readonly Principal[]>;
}

export interface OktaRecord {
  readonly eventType: string;
  readonly published: Text;
  readonly outcome: Optional<{ readonly result: Text; readonly reason: Text }>;
  readonly target: Optional<readonly { readonly id: Text; readonly type: Text; readonly alternateId: Text; readonly displayName: Text }[]>;
}

// A schema that is interpreted takes longer for each of a million records than reading it.
const isText = (value: unknown): value is Text => value == null || typeof value === 'string';
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const hasTexts = (value: unknown, ...names: readonly string[]): boolean => isObject(value) && names.every((name) => isText(value[name]));

const isIdentity = (value: unknown): boolean =>
  value == null ||
  (isObject(value) && isText(value.id) && isText(value.displayName) && isText(value.identityType) && (value.details == null || isObject(value.details)));
const isStatus = (value: unknown): boolean =>
  value == null || (isObject(value) && isText(value.status) && (value.errorInformation == null || hasTexts(value.errorInformation, 'errorCode', 'reason')));
const isPrincipal = (value: unknown): boolean => hasTexts(value, 'id', 'displayName', 'name');

export const isEntraRecord = (value: unknown): value is EntraRecord =>
  isObject(value) &&
  isText(value.activityDateTime) &&
  isStatus(value.provisioningStatusInfo) &&
  isStatus(value.statusInfo) &&
  isIdentity(value.sourceIdentity) &&
  isIdentity(value.targetIdentity) &&
  (value.sourceIdentity != null || value.targetIdentity != null) &&
  (value.servicePrincipal == null || (Array.isArray(value.servicePrincipal) ? value.servicePrincipal.every(isPrincipal) : isPrincipal(value.servicePrincipal)));

export const isOktaRecord = (value: unknown): value is OktaRecord =>
  isObject(value) &&
  typeof value.eventType === 'string' &&
  isText(value.published) &&
  (value.outcome == null || hasTexts(value.outcome, 'result', 'reason')) &&
  (value.target == null || (Array.isArray(value.target) && value.target.every((each) => hasTexts(each, 'id', 'type', 'alternateId', 'displayName'))));

const OF_ENTRA = [
  'activityDateTime',
  'provisioningStatusInfo',
  'statusInfo',
  'sourceIdentity',
  'targetIdentity',
  'servicePrincipal',
] as const satisfies readonly (keyof EntraRecord)[];

/** What is read of a record; everything else is passed. The last ones show that it is not such a record. */
export const PROPERTIES: Readonly<Record<IdpProvider, readonly string[]>> = {
  entra: [...OF_ENTRA, 'value', 'eventType'],
  okta: ['eventType', 'published', 'outcome', 'target', ...OF_ENTRA],
};

/** Returns the wanted properties of each record. A value that is written as in the record before is not parsed again: most statuses and applications are. */
export class WantedValues {
  readonly #reader: JsonRecordReader;
  readonly #names: readonly string[];
  readonly #written: string[];
  readonly #values: unknown[];

  constructor(reader: JsonRecordReader, names: readonly string[]) {
    this.#reader = reader;
    this.#names = names;
    this.#written = names.map(() => 'null');
    this.#values = names.map(() => null);
  }

  /** Names of the properties that the current record has. */
  names(): readonly string[] {
    return this.#reader.seen.map((at) => this.#names[at]);
  }

  /** Returns the current record; its values are shared with other records. */
  record(): Readonly<Record<string, unknown>> {
    const { seen, kinds, texts } = this.#reader;
    const record: Record<string, unknown> = {};
    for (const at of seen) record[this.#names[at]] = kinds[at] === 'string' ? texts[at] : this.#parsed(at);
    return record;
  }

  #parsed(at: number): unknown {
    const written = this.#reader.written(at);
    if (written !== this.#written[at]) {
      this.#values[at] = JSON.parse(written);
      this.#written[at] = written;
    }
    return this.#values[at];
  }
}
