import { LimbeckError } from "../errors.js";
import type { OnnxModel } from "../onnx/model.js";
import { createGraph } from "../ops/index.js";
import { classifierOf, type ModelTask } from "./family.js";
import { type MlpOptions, mlp } from "./mlp.js";

/** Every model family by name. */
export const families = { mlp } as const;

/** A family's name with its options, as a recipe writes it. */
export type ModelSpec = { readonly family: "mlp" } & MlpOptions;

/**
 * Builds a model with fresh weights: input `input` `[batch, …sampleShape]`, output `logits`
 * `[batch, classes]`.
 *
 * @throws LimbeckError (`usage`) for fewer than two classes.
 */
export function buildModel({ family, ...options }: ModelSpec, task: ModelTask): OnnxModel {
	if (task.classes < 2) {
		throw new LimbeckError("usage", { where: "model", expected: "two classes or more", got: String(task.classes) });
	}
	const g = createGraph();
	// Any batch size serves: the nodes do not depend on it.
	const input = g.input("input", { type: "float", dims: [1, ...task.sampleShape] });
	return classifierOf(g, families[family].build(g, input, options, task));
}
