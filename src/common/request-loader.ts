import DataLoader from 'dataloader';

/**
 * A data loader for each request, so that what many parents of one request ask for comes from one query, and
 * nothing is remembered: a mutation later in the same request may have changed it. A request is told by its GraphQL context.
 */
export abstract class RequestLoader<Key, Value> {
  private readonly loaders = new WeakMap<object, DataLoader<Key, Value>>();

  load(context: object, key: Key): Promise<Value> {
    let loader = this.loaders.get(context);
    if (loader === undefined) {
      loader = new DataLoader((keys: readonly Key[]) => this.loadMany(keys), { cache: false });
      this.loaders.set(context, loader);
    }
    return loader.load(key);
  }

  /** One value a key, in the order of the keys. */
  protected abstract loadMany(keys: readonly Key[]): Promise<Value[]>;
}
