/** Which users take a license, and which would be left without one. */

import type { LicenseForecast, LicenseStock, UserForecast } from './forecast.js';

/** New and reactivated users take Creator, then Creator (float) (guide: how users and groups work with SCIM). */
export function forecastLicenses(users: readonly UserForecast[], stock: LicenseStock): LicenseForecast {
  const takers = users.filter(({ effects }) => effects.includes('create') || effects.includes('activate'));
  const creator = Math.min(takers.length, stock.creator);
  const creatorFloat = Math.min(takers.length - creator, stock.creatorFloat);
  return { stock, needed: takers.length, creator, creatorFloat, without: takers.slice(creator + creatorFloat) };
}
