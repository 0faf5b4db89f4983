import { importModel } from "../import/index.js";
import type { OnnxModel } from "../onnx/model.js";
import { withLookups } from "./lookups.js";
import { withOneForm } from "./retie.js";
import { withOwnParameters } from "./untie.js";

/**
 * A model from anywhere in the form in which it is trained: each parameter of its network once, also where the exporter
 * has computed others from it, dropped it or written it once for several layers.
 *
 * @param where - the model, for messages.
 * @throws LimbeckError (`model`) as importModel does.
 */
export function trainableForm(model: OnnxModel, where: string): OnnxModel {
	return withOwnParameters(withLookups(withOneForm(importModel(model), where)), where);
}
