/** The limits of lists without pages. */
export class ListLimits {
  constructor(
    /** The maximum number of leads, 1 to 1 000 000. */
    readonly maxLeads: number,
  ) {}
}
