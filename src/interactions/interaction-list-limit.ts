/**
 * The maximum number of interactions in a response without pages, for all its leads together: 1 to 10 000
 * 000.
 */
export class InteractionListLimit {
  constructor(readonly max: number) {}
}
