export const ROLES = ['viewer', 'rep', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who calls. */
export interface Caller {
  /** The same on every replica, and nothing personal or secret: `key:3`, `address:203.0.113.7`, `development`. */
  readonly key: string;
  /** Null: it may do nothing. */
  readonly role: Role | null;
}
