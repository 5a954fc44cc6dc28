/** The process's own clock. Scores do not use it: they are measured on the database's clock, which replicas share. */
export const now = (): Date => new Date();
