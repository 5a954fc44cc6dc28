/** A GraphQL operation as those who run the server get to see it: never its document or its variables. */
export interface Operation {
  /** As its client calls it, cut to 64 characters; null: it has no name, or there was nothing to be made of the document. */
  readonly name: string | null;
  readonly type: 'query' | 'mutation' | 'subscription' | null;
  /** `OK`, or the code of its first error. */
  readonly outcome: string;
}
