/** How many interactions are given in one answer where nobody asks for pages, of all its leads together: 1 to 10 000 000. */
export class InteractionListLimit {
  constructor(readonly max: number) {}
}
