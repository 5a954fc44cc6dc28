interface ImportMetaEnv {
  /** The GraphQL endpoint, put in when the page is built. */
  readonly VITE_API_URL?: string;
  /** What the page says who it is with: for trying out alone, since whoever gets the page can read it. */
  readonly VITE_API_TOKEN?: string;
}
