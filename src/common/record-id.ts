const MAX_ID = 2_147_483_647;

/** An ID argument as the id of a record; null where it cannot be one. */
export function recordIdOf(id: string): number | null {
  const number = /^\d{1,10}$/.test(id) ? Number(id) : 0;
  return number >= 1 && number <= MAX_ID ? number : null;
}
