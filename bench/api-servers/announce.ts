/** Tells the benchmark where a server listens. */
export function announce(url: string): void {
  process.stdout.write(`ready at ${url}\n`);
}
