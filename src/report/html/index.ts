/** Pages of runs. */
export { comparisonPage } from "./comparison-page.js";
export { noveltyPage } from "./novelty-page.js";
export { kindOf, runPage } from "./page.js";
export { readRunFolder } from "./run-folder.js";
export { plotFiles } from "./svg-file.js";
