import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { READY_QUERIES, type ReadyQuery } from './ready-queries.js';

/** A panel of queries. A click opens a query in its own tab, ready to run. */
export const readyQueriesPlugin: GraphiQLPlugin = {
  title: 'Ready queries',
  icon: ReadyQueriesIcon,
  content: ReadyQueriesPanel,
};

function ReadyQueriesPanel() {
  const actions = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const open = ({ document, variables }: ReadyQuery) => {
    // Otherwise, the run button would stop the subscription of the previous tab.
    actions.stop();
    actions.addTab();
    queryEditor?.setValue(document);
    variableEditor?.setValue(variables === undefined ? '' : JSON.stringify(variables, null, 2));
    // The editor updates this itself, but with a delay. Running the query before that would run the wrong
    // operation.
    actions.setOperationFacts(factsOf(document));
    queryEditor?.focus();
  };
  return (
    <section className="ready-queries" aria-label="Ready queries">
      <h2>Ready queries</h2>
      {READY_QUERIES.map(({ title, queries }) => (
        <div key={title}>
          <h3>{title}</h3>
          <ul>
            {queries.map((query) => (
              <li key={query.title}>
                <button
                  type="button"
                  onClick={() => {
                    open(query);
                  }}
                >
                  <span className="ready-query-title">
                    {query.title} <Effect query={query} />
                  </span>
                  <span className="ready-query-about">{query.about}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

/** The effects that a user should know before running the operation. */
const EFFECTS = { query: null, mutation: 'changes data', subscription: 'live' } as const;

function Effect({ query }: { readonly query: ReadyQuery }) {
  const [operation] = factsOf(query.document).operations;
  const effect = operation === undefined ? null : EFFECTS[operation.operation];
  return effect === null ? null : <span className="ready-query-effect">{effect}</span>;
}

function factsOf(document: string) {
  const documentAST = parse(document);
  const operations = documentAST.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  return { documentAST, operations, operationName: operations[0]?.name?.value };
}

function ReadyQueriesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <path d="M4 5h9M4 12h6M4 19h9" />
      <path d="M15 9v6.5l5.5-3.25z" fill="currentColor" strokeLinejoin="round" />
    </svg>
  );
}
