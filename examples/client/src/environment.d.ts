interface ImportMetaEnv {
  /** The GraphQL endpoint, inserted at build time. */
  readonly VITE_API_URL?: string;
  /** The credential of the page. For experiments only, because every visitor of the page can read it. */
  readonly VITE_API_TOKEN?: string;
}
