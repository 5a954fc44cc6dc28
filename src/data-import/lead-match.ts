import { emailKey } from '../common/email-key.js';

/** A lead with its e-mail. */
export interface EmailHolder {
  readonly id: number;
  readonly email: string;
  /** The normalized e-mail in lower case, as the database compares it. */
  readonly emailKey: string;
}

export type LeadMatch<Lead extends EmailHolder> =
  | { readonly lead: Lead }
  | { readonly lead: null }
  /** Several leads have the key, but none of them has the exact e-mail. */
  | { readonly reason: string };

/**
 * Finds leads by their normalized e-mail, regardless of letter case. An adopted database may contain several
 * leads with the same key. Then the lead with exactly the same spelling matches.
 */
export class LeadMatcher<Lead extends EmailHolder> {
  private readonly byKey = new Map<string, Lead[]>();

  constructor(leads: readonly Lead[]) {
    for (const lead of leads) {
      const namesakes = this.byKey.get(lead.emailKey);
      if (namesakes === undefined) this.byKey.set(lead.emailKey, [lead]);
      else namesakes.push(lead);
    }
  }

  find(writtenEmail: string): LeadMatch<Lead> {
    const [only, ...others] = this.byKey.get(emailKey(writtenEmail)) ?? [];
    if (only === undefined) return { lead: null };
    if (others.length === 0) return { lead: only };
    const exact = [only, ...others].find(({ email }) => email === writtenEmail);
    if (exact !== undefined) return { lead: exact };
    return { reason: `${others.length + 1} leads share this e-mail in different spellings` };
  }
}

/** Returns the keys that find the leads of these lines. */
export function emailKeys(lines: readonly { readonly writtenEmail: string }[]): string[] {
  return [...new Set(lines.map(({ writtenEmail }) => emailKey(writtenEmail)))];
}
