/** Pages of runs. */

export { plotFiles } from "../report/html/svg-file.js";
export { comparisonPage } from "./comparison-page.js";
export { noveltyPage } from "./novelty/page.js";
export { readRunFolder } from "./run-folder.js";
export { kindOf, runPage } from "./run-page.js";
