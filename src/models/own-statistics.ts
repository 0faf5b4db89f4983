/**
 * Running statistics of their own for each normalisation. Exporters write equal tensors once: the variances of fresh
 * normalisations are all ones, as are their gains, and statistics are no parameters.
 */
import { freshNames } from "../import/rewrite.js";
import type { OnnxModel } from "../onnx/model.js";
import type { InputPlace } from "../onnx/separate-parameters.js";
import { operatorOf } from "../ops/index.js";
import { type Copy, withCopies } from "./copies.js";

/**
 * The model with its own statistics for each normalisation; one that is used in several places, with the same gain, stays
 * one.
 */
export function withOwnStatistics(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const places = new Map<string, Map<string, InputPlace[]>>();
	for (const { opType, inputs, outputs } of graph.nodes) {
		const state = operatorOf(opType)?.state ?? [];
		for (const [index, name] of inputs.entries()) {
			// A gain is what tells one layer from another.
			const user = state.includes(index) ? JSON.stringify([index, inputs[1]]) : "";
			const users = places.get(name) ?? new Map<string, InputPlace[]>();
			users.set(user, [...(users.get(user) ?? []), [outputs[0] ?? "", index]]);
			places.set(name, users);
		}
	}
	const freshName = freshNames(graph);
	const copies = graph.initializers.flatMap(({ name, tensor }) => {
		const users = [...(places.get(name) ?? [])].sort(([a], [b]) => Number(b === "") - Number(a === ""));
		return users.slice(1).map(([, own]): Copy => ({ name: freshName(name), of: name, tensor, places: own }));
	});
	return copies.length === 0 ? model : withCopies(model, copies);
}
