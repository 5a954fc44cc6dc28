import DataLoader from 'dataloader';

/**
 * A data loader per request, so that one query reads the values for many parents. Nothing is cached: a
 * mutation later in the same request may change the values. The GraphQL context identifies the request.
 */
export abstract class RequestLoader<Key, Value> {
  /**
   * The key under which the context stores the loader. A WeakMap would keep everything that a request has
   * read in memory until the next full garbage collection.
   */
  private readonly place = Symbol('loader');

  load(context: object, key: Key): Promise<Value> {
    const places = context as Record<symbol, DataLoader<Key, Value> | undefined>;
    const loader = (places[this.place] ??= new DataLoader((keys: readonly Key[]) => this.loadMany(keys), {
      cache: false,
    }));
    return loader.load(key);
  }

  /** Returns one value per key, in the order of the keys. */
  protected abstract loadMany(keys: readonly Key[]): Promise<Value[]>;
}

/** Groups items by name. `Map.groupBy` needs Node.js 21. */
export function grouped<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
