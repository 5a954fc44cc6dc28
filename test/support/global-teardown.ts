/** Stops and removes what global-setup.ts started, which left the way to do so here. */
export default async function tearDown(): Promise<void> {
  const { tearDownTestPostgres } = globalThis as { tearDownTestPostgres?: () => Promise<void> };
  await tearDownTestPostgres?.();
}
