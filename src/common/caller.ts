export const ROLES = ['viewer', 'rep', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who calls. */
export interface Caller {
  /** The same for the same caller on every replica; holds nothing personal or secret. */
  readonly key: string;
  /** Null: none. */
  readonly role: Role | null;
}
