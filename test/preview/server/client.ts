/** What both identity providers' clients do alike: SCIM requests over HTTP, and who is in which group. */

import type { IdpDirectory, IdpUser } from '../../../src/model/idp.js';

export interface Answer {
  readonly status: number;
  readonly body: Resource;
}

export interface UserResource {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  readonly name: { readonly givenName?: string; readonly familyName?: string };
  readonly emails: readonly { readonly value: string }[];
}

export interface GroupResource {
  readonly id: string;
  readonly displayName: string;
  readonly members?: readonly { readonly value: string }[];
}

type Resource = UserResource & GroupResource & { readonly totalResults: number; readonly Resources: readonly (UserResource & GroupResource)[] };

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

/** Accounts by place of the provider's user: the provider keeps the id that it was given, and never looks the user up again. */
export type Links = Map<number, string>;

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface Operation {
  readonly op: 'Add' | 'Replace';
  readonly path: string;
  readonly value: unknown;
}

export const patchOf = (operations: readonly Operation[]): object => ({ schemas: [PATCH_SCHEMA], Operations: operations });

export class ScimClient {
  /** Method, path and status of each request, in order. */
  readonly log: string[] = [];
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async send(method: Method, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        accept: 'application/scim+json',
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    this.log.push(`${method} ${decodeURIComponent(path)} ${response.status}`);
    if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  }

  /** Returns what has exactly this value by the service's own reading of `eq`. */
  async find(path: string, attribute: string, value: string, parameters = ''): Promise<readonly (UserResource & GroupResource)[]> {
    const { status, body } = await this.send('GET', `${path}?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}${parameters}`);
    if (status !== 200) throw new Error(`a lookup of ${attribute} "${value}" was answered with ${status}`);
    return body.Resources;
  }
}

/** Returns the members of each group, by place of the group. */
export function membersByGroup({ users, groups, members }: IdpDirectory): IdpUser[][] {
  const byGroup = groups.map((): IdpUser[] => []);
  members.groups.forEach((group, at) => {
    byGroup[group].push(users[members.users[at]]);
  });
  return byGroup;
}
