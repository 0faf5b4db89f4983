import type { OnnxModel } from "../onnx/model.js";
import { withAnyBatch } from "./batch.js";
import { foldConstants, gatherConstants } from "./constants.js";
import { withFlatOutput } from "./flat-output.js";
import { widenHalf } from "./half.js";
import { withPlainForms } from "./plain-forms.js";
import { withoutSequences } from "./sequences.js";
import { refuseUntrainable } from "./support.js";
import { upgradeModel } from "./upgrade.js";

/**
 * A model from anywhere in the form that Limbeck trains: operators of the current version, constants as initialisers,
 * float in place of float16, any batch size, an output `[batch, classes]`. It computes what the file computes.
 *
 * @throws LimbeckError (`model`) for a quantised model, control flow, or an operator set newer than 26, or older than 6 with operators
 * that have changed since.
 */
export function importModel(model: OnnxModel): OnnxModel {
	const constant = gatherConstants(model);
	refuseUntrainable(constant);
	return withFlatOutput(
		withAnyBatch(withPlainForms(withoutSequences(foldConstants(widenHalf(upgradeModel(constant)))))),
	);
}
