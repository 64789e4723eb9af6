/** The changes that a plan can make, one value at a time. */

export type UserAttribute = 'userName' | 'email' | 'active';

export type Change =
  | {
      readonly kind: 'replace-user';
      readonly user: string;
      readonly attribute: UserAttribute;
      readonly from: string;
      readonly to: string;
      /** A temporary username in a ring of renames; another action replaces it again. */
      readonly temporary?: true;
    }
  | { readonly kind: 'replace-group'; readonly group: string; readonly attribute: 'displayName'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove-member'; readonly group: string; readonly user: string }
  | { readonly kind: 'add-member'; readonly group: string; readonly user: string };
