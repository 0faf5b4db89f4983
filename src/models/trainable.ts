/** Which of a model's constants are weights, and which of those are trained. */
import { LimbeckError } from "../errors.js";
import type { OnnxGraph, OnnxModel } from "../onnx/model.js";
import { elementCount, type TensorOf } from "../onnx/tensor.js";
import { operatorOf } from "../ops/index.js";

/** A weight. */
export interface Weight {
	readonly name: string;
	readonly tensor: TensorOf<"float">;
}

/** Inputs, by operator, that are weights whatever their size. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
	Gemm: [1, 2],
	MatMul: [0, 1],
	Conv: [1, 2],
	ConvTranspose: [1, 2],
	BatchNormalization: [1, 2],
	LayerNormalization: [1, 2],
	InstanceNormalization: [1, 2],
	GroupNormalization: [1, 2],
	PRelu: [1],
};

/** Inputs, by operator, that are not: settings. */
const settingInputs: Readonly<Record<string, readonly number[]>> = {
	Clip: [1, 2],
	Dropout: [1],
	OneHot: [2],
	Pad: [2],
	Resize: [1, 2],
};

/**
 * The weights of a model: float initialisers that the first output depends on, of more than one element or in a place
 * of a node that is a weight's, and never in the place of a setting or of a running average.
 */
function weightsOf({ graph }: OnnxModel): readonly Weight[] {
	const needed = new Set([graph.outputs[0]?.name]);
	const weights = new Set<string>();
	const settings = new Set(averageNames(graph));
	for (const { inputs, outputs, opType } of graph.nodes.toReversed()) {
		if (!outputs.some((name) => needed.has(name))) continue;
		for (const [index, name] of inputs.entries()) {
			needed.add(name);
			if (weightInputs[opType]?.includes(index) === true) weights.add(name);
			if (settingInputs[opType]?.includes(index) === true) settings.add(name);
		}
	}
	return graph.initializers.flatMap(({ name, tensor }) => {
		const many = tensor.dims.length > 0 && elementCount(tensor.dims) > 1;
		const weight = tensor.type === "float" && needed.has(name) && (many || weights.has(name)) && !settings.has(name);
		return weight ? [{ name, tensor }] : [];
	});
}

/** The running averages of a model, which training changes but not by gradients. */
export function averagesOf({ graph }: OnnxModel): readonly Weight[] {
	const names = new Set(averageNames(graph));
	return graph.initializers.flatMap(({ name, tensor }) =>
		tensor.type === "float" && names.has(name) ? [{ name, tensor }] : [],
	);
}

function averageNames({ nodes }: OnnxGraph): readonly string[] {
	return nodes.flatMap(({ opType, inputs }) =>
		(operatorOf(opType)?.state ?? []).flatMap((index) => inputs[index] ?? []),
	);
}

/**
 * The weights that are trained: those whose names match one of the patterns; all where no patterns are given.
 *
 * @param patterns - names in which `*` stands for any characters and `?` for one.
 * @throws LimbeckError (`usage`) for a pattern that matches no weight, with the names that there are.
 */
export function selectTrainable(model: OnnxModel, patterns?: readonly string[]): readonly Weight[] {
	const weights = weightsOf(model);
	if (patterns === undefined) return weights;
	const tests = patterns.map((pattern) => ({ pattern, matches: globOf(pattern) }));
	const idle = tests.filter(({ matches }) => !weights.some(({ name }) => matches.test(name)));
	const chosen = weights.filter(({ name }) => tests.some(({ matches }) => matches.test(name)));
	if (idle.length === 0 && chosen.length > 0) return chosen;
	throw new LimbeckError("usage", {
		where: "train",
		expected: "patterns that each match a weight",
		got: idle.length === 0 ? "no pattern" : idle.map(({ pattern }) => pattern).join(", "),
		hint: `The weights are ${weights.map(({ name }) => name).join(", ")}.`,
	});
}

function globOf(pattern: string): RegExp {
	const source = Array.from(pattern, (character) => {
		if (character === "*") return ".*";
		return character === "?" ? "." : character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
	});
	return new RegExp(`^${source.join("")}$`, "su");
}

/** The number of weights in a model: of scalars, integers such as shapes, and running averages there is none to learn. */
export function parameterCount(model: OnnxModel): number {
	const averages = new Set(averagesOf(model).map(({ name }) => name));
	const weights = model.graph.initializers.filter(
		({ name, tensor }) => tensor.dims.length > 0 && tensor.type !== "int64" && !averages.has(name),
	);
	return weights.reduce((sum, { tensor }) => sum + tensor.data.length, 0);
}
