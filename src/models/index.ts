import type { z } from "zod";
import { LimbeckError } from "../errors.js";
import type { OnnxModel } from "../onnx/model.js";
import { createGraph } from "../ops/index.js";
import { acoustic } from "./acoustic.js";
import { cnn } from "./cnn.js";
import { classifierOf, type ModelFamily, type ModelTask } from "./family.js";
import { mlp } from "./mlp.js";
import { mobilenet } from "./mobilenet.js";
import { resnet } from "./resnet.js";
import { vit } from "./vit.js";

/** Every model family by name. */
export const families = { mlp, cnn, resnet, mobilenet, vit, acoustic } as const;

/** The name of a model family. */
export type FamilyName = keyof typeof families;

/** A family's name with its options, as a recipe writes it. */
export type ModelSpec<Name extends FamilyName = FamilyName> = {
	readonly [Each in Name]: { readonly family: Each } & z.output<(typeof families)[Each]["options"]>;
}[Name];

/** The entry of a family, with its own types forgotten: the options decide which it is. */
export function familyOf(name: FamilyName): ModelFamily<z.ZodObject> {
	return families[name];
}

/**
 * Builds a model with fresh weights: input `input` `[batch, …sampleShape]`, output `logits`
 * `[batch, classes]`.
 *
 * @throws LimbeckError (`usage`) for fewer than two classes, and for options that do not fit the images.
 */
export function buildModel({ family, ...options }: ModelSpec, task: ModelTask): OnnxModel {
	const { classes, fewest = 2 } = task;
	if (classes < fewest) {
		const expected = fewest === 2 ? "two classes or more" : "an output or more";
		throw new LimbeckError("usage", { where: "model", expected, got: String(classes) });
	}
	const g = createGraph();
	// Any batch size serves: the nodes do not depend on it.
	const input = g.input("input", { type: "float", dims: [1, ...task.sampleShape] });
	return classifierOf(g, familyOf(family).build(g, input, options, task));
}
