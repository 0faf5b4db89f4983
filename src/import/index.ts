import type { OnnxModel } from "../onnx/model.js";
import { withAnyBatch } from "./batch.js";
import { withoutBranches } from "./branches.js";
import { foldConstants, gatherConstants } from "./constants.js";
import { withFlatOutput } from "./flat-output.js";
import { widenHalf } from "./half.js";
import { withPlainForms } from "./plain-forms.js";
import { withoutSequences } from "./sequences.js";
import { refuseUntrainable } from "./support.js";
import { upgradeModel } from "./upgrade.js";

/** The model with operators of the current version, constants as initialisers, float in place of float16, no sequences. */
function inCurrentForm(model: OnnxModel): OnnxModel {
	return withoutSequences(foldConstants(widenHalf(upgradeModel(gatherConstants(model)))));
}

/**
 * A model from anywhere in the form that Limbeck trains: operators of the current version, constants as initialisers,
 * float in place of float16, any batch size, an output `[batch, classes]`. It computes what the file computes.
 *
 * @param sampleShape - of the data, where it is known: a file may leave sizes open that decide which branch is taken.
 * @throws LimbeckError (`model`) for a quantised model, control flow, or an operator set newer than 26, or older than 6 with operators
 * that have changed since.
 */
export function importModel(model: OnnxModel, sampleShape?: readonly number[]): OnnxModel {
	const straight = withoutBranches(model, inCurrentForm, sampleShape);
	refuseUntrainable(gatherConstants(straight));
	return withFlatOutput(withAnyBatch(withPlainForms(inCurrentForm(straight))));
}
