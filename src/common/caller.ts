/** Roles in ascending order. Each role includes the permissions of the ones before it. */
export const ROLES = ['viewer', 'rep', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The authenticated caller of a request. */
export interface Caller {
  /** The same on every replica. Contains no personal data and no secret. */
  readonly key: string;
  /** Null: authenticated, but without any permission. */
  readonly role: Role | null;
}

export const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);

/** The highest of several roles; null if there are none. */
export function highestOf(roles: readonly Role[]): Role | null {
  return ROLES.findLast((role) => roles.includes(role)) ?? null;
}

/** Whether `role` is the needed role or a higher one. */
export const includesRole = (role: Role, needed: Role): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(needed);
