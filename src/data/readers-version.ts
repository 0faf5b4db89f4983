/**
 * To be raised whenever the same files and options give other samples than before, labels, groups or recordings: what was
 * prepared or remembered by an older reader is then not used.
 */
export const readersVersion = 6;
