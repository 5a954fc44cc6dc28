import { emailKey } from '../common/email-key.js';

/** A lead with its e-mail. */
export interface EmailHolder {
  readonly id: number;
  readonly email: string;
  /** What its e-mail shows, in lower case, as the database compares it. */
  readonly emailKey: string;
}

export type LeadMatch<Lead extends EmailHolder> =
  | { readonly lead: Lead }
  | { readonly lead: null }
  /** Several leads have the key, but none has the e-mail itself. */
  | { readonly reason: string };

/**
 * Finds leads by what their e-mail shows, without regard to letter case. An adopted database may hold several whose
 * e-mails have the same key: then the one that is written the same is meant.
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

/** The keys to look up the leads of these lines by. */
export function emailKeys(lines: readonly { readonly writtenEmail: string }[]): string[] {
  return [...new Set(lines.map(({ writtenEmail }) => emailKey(writtenEmail)))];
}
