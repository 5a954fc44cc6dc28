const LOCALHOST_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Whether a browser's page of an origin may call. @param origins those that may; null: any of this machine */
export function isAllowedOrigin(origins: readonly string[] | null): (origin: string) => boolean {
  return origins === null ? (origin) => LOCALHOST_ORIGIN.test(origin) : (origin) => origins.includes(origin);
}
