const LOCALHOST_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Whether a web page of an origin may call the API. @param origins allowed ones; null: any localhost origin
 */
export function isAllowedOrigin(origins: readonly string[] | null): (origin: string) => boolean {
  return origins === null ? (origin) => LOCALHOST_ORIGIN.test(origin) : (origin) => origins.includes(origin);
}
