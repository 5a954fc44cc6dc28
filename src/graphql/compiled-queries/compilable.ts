import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql';
import { fragmentsOf, selectionFold } from '../../common/selection-fold.js';

/** Maximum number of fields: each time a fragment is spread, code for its fields is generated again. */
const MAX_FIELDS = 500;

/** The kinds of AST nodes that a compiled query may have. Strings are not among them. */
const ALLOWED_KINDS: ReadonlySet<string> = new Set([
  Kind.DOCUMENT,
  Kind.OPERATION_DEFINITION,
  Kind.FRAGMENT_DEFINITION,
  Kind.SELECTION_SET,
  Kind.FIELD,
  Kind.FRAGMENT_SPREAD,
  Kind.INLINE_FRAGMENT,
  Kind.ARGUMENT,
  Kind.DIRECTIVE,
  Kind.VARIABLE_DEFINITION,
  Kind.VARIABLE,
  Kind.NAMED_TYPE,
  Kind.LIST_TYPE,
  Kind.NON_NULL_TYPE,
  Kind.INT,
  Kind.FLOAT,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
  Kind.NAME,
]);

const ALLOWED_DIRECTIVES: ReadonlySet<string> = new Set(['include', 'skip']);

/** Names with two underscores at the beginning, and names that every object has, have a special meaning in JavaScript. */
const NAME = /^(?:_?[A-Za-z][A-Za-z0-9_]{0,99}|__typename)$/;
const isAllowedName = (name: string): boolean => NAME.test(name) && !(name in Object.prototype);

/**
 * Whether a query may be compiled. graphql-jit generates JavaScript from the document, so only AST nodes and names that are known
 * to be harmless reach it. Version 0.8.9 executes the text after a certain word in a string of the document. Strings in variables
 * never become part of the code.
 */
export function isCompilable(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  return (
    operation.operation === OperationTypeNode.QUERY &&
    hasAllowedNodesOnly(document) &&
    fieldCount(document, operation) <= MAX_FIELDS
  );
}

function hasAllowedNodesOnly(document: DocumentNode): boolean {
  let isAllowed = true;
  visit(document, {
    enter: (node) => {
      isAllowed = isAllowedNode(node);
      return isAllowed ? undefined : BREAK;
    },
  });
  return isAllowed;
}

function isAllowedNode(node: ASTNode): boolean {
  if (!ALLOWED_KINDS.has(node.kind)) return false;
  if (node.kind === Kind.DIRECTIVE) return ALLOWED_DIRECTIVES.has(node.name.value);
  return (node.kind !== Kind.ENUM && node.kind !== Kind.NAME) || isAllowedName(node.value);
}

/** Counts fields, including those of fragments as often as they are spread. */
function fieldCount(document: DocumentNode, { selectionSet }: OperationDefinitionNode): number {
  return selectionFold<number>({
    fragments: fragmentsOf(document),
    field: (_, below) => 1 + below(),
    combine: (counts) => counts.reduce((sum, count) => sum + count, 0),
  })(selectionSet);
}
