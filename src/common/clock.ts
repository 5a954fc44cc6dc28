/** The clock of this process. Scores use the clock of the database instead, which all replicas share. */
export const now = (): Date => new Date();
