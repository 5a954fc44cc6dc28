/** Whether the text is an authority of RFC 3986 without user information: a host and, optionally, a port. */
export const isWellFormedHost = (host: string): boolean =>
  /^[^\s/?#@\\]+$/.test(host) && URL.canParse(`http://${host}/`);
