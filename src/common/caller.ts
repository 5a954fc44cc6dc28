/** What callers may do, each all that those before it may. */
export const ROLES = ['viewer', 'rep', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who calls. */
export interface Caller {
  /** The same for the same caller on every replica; nothing personal, and no secret. */
  readonly key: string;
  /** Null: known, and allowed nothing. */
  readonly role: Role | null;
}

export const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);

/** Of several roles the one that may most; null where there is none. */
export function highestOf(roles: readonly Role[]): Role | null {
  return ROLES.findLast((role) => roles.includes(role)) ?? null;
}

/** Whether a role is another, or may all that it may. */
export const includesRole = (role: Role, needed: Role): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(needed);
