/**
 * Raised whenever files of other programs' networks come to be read as other networks than before: what is trained in
 * them, what is frozen, what is stretched over a batch. What was made with an earlier version is not found again.
 */
export const importVersion = 1;
