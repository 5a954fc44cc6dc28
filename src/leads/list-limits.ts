/** How much is given in one answer where nobody asks for pages. */
export class ListLimits {
  constructor(
    /** Leads, 1 to 1 000 000. */
    readonly maxLeads: number,
  ) {}
}
