/** How the answers of each task are decided. */
import type { TaskName } from "../../tasks/names.js";
import type { Decision } from "../decision.js";
import { classificationDecision } from "./classification.js";
import { multiLabelDecision } from "./multi-label.js";
import { regressionDecision } from "./regression.js";

/** Every task's entry by its name. */
export const decisions: { readonly [Name in TaskName]: Decision<Name> } = {
	classification: classificationDecision,
	"multi-label": multiLabelDecision,
	regression: regressionDecision,
};
