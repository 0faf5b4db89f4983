/** The page of a run, beside its other files. */
export const pageFile = "report.html";
