import { ApolloProvider } from '@apollo/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApiClient } from './api/api-client.js';
import { LeadPage } from './page/lead-page.js';
import './page/page.css';

const { client } = createApiClient(import.meta.env.VITE_API_URL ?? 'http://localhost:3000/graphql');
const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element "page".');
createRoot(root).render(
  <StrictMode>
    <ApolloProvider client={client}>
      <LeadPage />
    </ApolloProvider>
  </StrictMode>,
);
