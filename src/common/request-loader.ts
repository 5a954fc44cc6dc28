import DataLoader from 'dataloader';

/**
 * A data loader for each request, so that what many parents of one request ask for comes from one query, and
 * nothing is remembered: a mutation later in the same request may have changed it. A request is told by its GraphQL context.
 */
export abstract class RequestLoader<Key, Value> {
  /**
   * Where the context keeps it. In a WeakMap beside, all that a request has read would live until the next full
   * collection of garbage.
   */
  private readonly place = Symbol('loader');

  load(context: object, key: Key): Promise<Value> {
    const places = context as Record<symbol, DataLoader<Key, Value> | undefined>;
    const loader = (places[this.place] ??= new DataLoader((keys: readonly Key[]) => this.loadMany(keys), {
      cache: false,
    }));
    return loader.load(key);
  }

  /** One value a key, in the order of the keys. */
  protected abstract loadMany(keys: readonly Key[]): Promise<Value[]>;
}
