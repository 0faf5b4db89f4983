import { importModel } from "../import/index.js";
import type { OnnxModel } from "../onnx/model.js";
import { computedWeights } from "./computed-weights.js";
import { withNotices } from "./copies.js";
import { withLookups } from "./lookups.js";
import { withOneForm } from "./retie.js";
import { withOwnParameters } from "./untie.js";

/**
 * A model from anywhere in the form in which it is trained: each parameter of its network once, also where the exporter
 * has computed others from it, dropped it or written it once for several layers.
 *
 * @param where - the model, for messages.
 * @param sampleShape - of the data, where it is known.
 * @throws LimbeckError (`model`) as importModel does.
 */
export function trainableForm(model: OnnxModel, where: string, sampleShape?: readonly number[]): OnnxModel {
	const form = withOwnParameters(withLookups(withOneForm(importModel(model, sampleShape), where)), where);
	return withNotices(form, computedWeights(model.graph, where));
}
