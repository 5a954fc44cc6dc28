import { ApolloProvider } from '@apollo/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApiClient } from './api/api-client.js';
import { LeadPage } from './page/lead-page.js';
import './page/page.css';

const { VITE_API_URL: url = 'http://localhost:3000/graphql', VITE_API_TOKEN: token } = import.meta.env;
const { client } = createApiClient(url, undefined, token);
const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element "page".');
createRoot(root).render(
  <StrictMode>
    <ApolloProvider client={client}>
      <LeadPage />
    </ApolloProvider>
  </StrictMode>,
);
