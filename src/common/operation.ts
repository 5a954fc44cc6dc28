/** A GraphQL operation in logs, metrics and traces. Never contains its document or its variables. */
export interface Operation {
  /** The name from the document, cut to 64 characters; null: it has no name, or the document is invalid. */
  readonly name: string | null;
  readonly type: 'query' | 'mutation' | 'subscription' | null;
  /** `OK`, or the code of the first error. */
  readonly outcome: string;
}
