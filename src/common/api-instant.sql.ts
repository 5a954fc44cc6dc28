/**
 * The instant that the API returns for a stored one: whole milliseconds in the years 1 to 9999. Other programs may store
 * microseconds, or dates that JavaScript cannot represent.
 * @param column a `timestamptz` in SQL
 */
export const apiInstant = (column: string): string =>
  `greatest('0001-01-01T00:00:00Z', least('9999-12-31T23:59:59.999Z', date_trunc('milliseconds', ${column})))`;
