import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { memoryOfDocument } from './memory-estimates.js';

/** About 300 documents of ordinary size. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Valid documents, by the hash of their text, so that a document that comes again is not parsed and validated again. Apollo's
 * own store counts neither white space nor comments, of which a document may have a megabyte.
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
