/** A lead as it is told by its e-mail. */
export interface EmailHolder {
  readonly id: number;
  readonly email: string;
  /** The e-mail in lower case, as the database has it. */
  readonly emailKey: string;
}

export type LeadMatch<Lead extends EmailHolder> =
  | { readonly lead: Lead }
  | { readonly lead: null }
  /** Several leads, none of which is written as asked. */
  | { readonly reason: string };

/**
 * Finds leads by e-mail without regard to letter case. An adopted database may hold several whose e-mails
 * differ in nothing else: then the letters decide.
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
    const [only, ...others] = this.byKey.get(writtenEmail.toLowerCase()) ?? [];
    if (only === undefined) return { lead: null };
    if (others.length === 0) return { lead: only };
    const exact = [only, ...others].find(({ email }) => email === writtenEmail);
    if (exact !== undefined) return { lead: exact };
    return { reason: `${others.length + 1} leads share this e-mail in different letter case` };
  }
}

/** What the leads of these lines are to be looked up by. */
export function emailKeys(lines: readonly { readonly writtenEmail: string }[]): string[] {
  return [...new Set(lines.map(({ writtenEmail }) => writtenEmail.toLowerCase()))];
}
