/**
 * A condition that a column equals a value, for a correlated subquery that must find its rows through an index.
 *
 * The range repeats the equality. It keeps PostgreSQL's estimate of the rows low when statistics are missing or wrong.
 * With a high estimate PostgreSQL reads the whole table once for each value.
 * @param value SQL of a column of the outer query
 */
export const lookUp = (column: string, value: string): string =>
  `${column} = ${value} AND ${column} BETWEEN ${value} AND ${value}`;
