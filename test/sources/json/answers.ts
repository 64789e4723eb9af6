/** Answers of Jama Connect's REST, made for tests. */

export interface RestUser {
  readonly id: number | string;
  readonly username: string | null;
  readonly email: string | null;
  readonly active: boolean;
}

/** Returns a user with the properties that REST answers with. */
export const restUser = (user: RestUser) => ({
  ...user,
  firstName: 'A',
  lastName: 'B',
  phone: '',
  licenseType: user.active ? 'NAMED' : 'INACTIVE',
  uid: `u${user.id}`,
  customData: [],
  type: 'users',
});

/** Returns a response with its envelope. */
export function envelope(data: readonly unknown[], startIndex = 0, totalResults = data.length): object {
  const pageInfo = { startIndex, resultCount: data.length, totalResults };
  return { meta: { status: 'OK', timestamp: '2026-03-01T19:05:11.213+0000', pageInfo }, links: {}, data };
}

/** Returns a list cut into pages of at most `size`, as texts. */
export function pagesOf(data: readonly unknown[], size: number): string[] {
  const starts = Array.from({ length: Math.max(1, Math.ceil(data.length / size)) }, (_, page) => page * size);
  return starts.map((start) => JSON.stringify(envelope(data.slice(start, start + size), start, data.length)));
}
