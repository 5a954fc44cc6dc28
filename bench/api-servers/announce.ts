/** Prints the URL of a server, which the benchmark waits for. */
export function announce(url: string): void {
  process.stdout.write(`ready at ${url}\n`);
}
