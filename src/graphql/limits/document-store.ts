import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { memoryOfDocument } from './memory-estimates.js';

/** Enough for about 300 ordinary documents. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Caches valid documents by the hash of their text, so that they are not parsed and validated again. Apollo's
 * own store ignores the size of white space and comments, of which a document may have a megabyte.
 */
export function documentStore() {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: MAX_BYTES,
    sizeCalculation: memoryOfDocument,
  });
  return {
    get: (key: string) => Promise.resolve(documents.get(key)),
    set: (key: string, document: DocumentNode) => {
      documents.set(key, document);
      return Promise.resolve();
    },
    delete: (key: string) => Promise.resolve(documents.delete(key)),
  };
}
