interface ImportMetaEnv {
  /** The GraphQL endpoint, put in when the page is built. */
  readonly VITE_API_URL?: string;
}
