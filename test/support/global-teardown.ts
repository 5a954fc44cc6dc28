/** Stops and removes the server of global-setup.ts, which has stored the function for that here. */
export default async function tearDown(): Promise<void> {
  const { tearDownTestPostgres } = globalThis as { tearDownTestPostgres?: () => Promise<void> };
  await tearDownTestPostgres?.();
}
