/** Names that a config file of version 1 may have. */

/** Names of version 1, of the SCIM Admin of `environment`, and what they are now. */
const FORMER_NAMES = { organisationAdmin: 'organizationAdmin', licence: 'license' } as const;

type Json = Record<string, unknown>;

const objectIn = (value: unknown, name: string): Json | undefined => {
  const found = typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Json) : undefined;
};

/** Returns the config with the names of today; one that is spelled both ways is left as it is, and refused. */
export function withPresentNames(config: unknown, onFormerName: (former: string, name: string) => void): unknown {
  const admin = objectIn(objectIn(config, 'environment'), 'scimAdmin');
  for (const [former, name] of Object.entries(FORMER_NAMES)) {
    if (admin === undefined || !Object.hasOwn(admin, former) || Object.hasOwn(admin, name)) continue;
    admin[name] = admin[former];
    delete admin[former];
    onFormerName(former, name);
  }
  return config;
}
