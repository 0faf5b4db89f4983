/**
 * Models without sequences of tensors: exporters write `split`, `chunk` and `unbind` as SplitToSequence, and take the
 * parts out one by one. Source: ONNX operator specification, SplitToSequence, SequenceAt and their like (opset 11, 24).
 */
import { LimbeckError } from "../errors.js";
import { int, numberOf } from "../graph/attributes.js";
import type { OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { nodeName, onnxNode, type Rewrite, rewriteNodes, type Surroundings } from "./rewrite.js";

/** A tensor cut along an axis into parts of one size, the last perhaps smaller; how many there are is not known. */
interface Cut {
	readonly x: string;
	readonly axis: number;
	readonly size: number;
	readonly keepdims: boolean;
}

/** What is known of sequences, by name: the names of their parts, or how to cut one out. */
interface Sequences {
	readonly parts: Map<string, readonly string[]>;
	readonly cuts: Map<string, Cut>;
}

type SequenceRewrite = (node: OnnxNode, around: Surroundings, sequences: Sequences) => readonly OnnxNode[] | undefined;

const int64 = (values: readonly number[], dims: readonly number[] = [values.length]): Tensor => ({
	type: "int64",
	dims,
	data: BigInt64Array.from(values, BigInt),
});

const numbersIn = ({ data }: Tensor): readonly number[] => Array.from(data as ArrayLike<number | bigint>, Number);

const numberIn = ({ attributes }: OnnxNode, name: string, fallback: number): number =>
	numberOf(Object.fromEntries(attributes), name, fallback);

/** The sizes of equal parts, the last perhaps smaller; `undefined` where the size of the whole is not known. */
function equalSizes(whole: number | string | undefined, size: number): readonly number[] | undefined {
	if (typeof whole !== "number" || size < 1) return undefined;
	return Array.from({ length: Math.ceil(whole / size) }, (_, index) => Math.min(size, whole - index * size));
}

/** A Split where the number of parts is known; else its parts are cut out where they are used. */
const splitToSequence: SequenceRewrite = (node, around, { parts, cuts }) => {
	const [x = "", split = ""] = node.inputs;
	const [sequence = ""] = node.outputs;
	const given = around.constantOf(split);
	if (split !== "" && given === undefined) return undefined;
	const axis = numberIn(node, "axis", 0);
	const [size = 1] = given === undefined ? [] : numbersIn(given);
	const keepdims = given !== undefined || numberIn(node, "keepdims", 1) === 1;
	const sizes = given?.dims.length === 1 ? numbersIn(given) : equalSizes(around.dimsOf(x)?.at(axis), size);
	if (sizes === undefined) {
		cuts.set(sequence, { x, axis, size, keepdims });
		return [];
	}
	const names = sizes.map((_, index) => around.freshName(`${sequence}/${String(index)}`));
	parts.set(sequence, names);
	const kept = keepdims ? names : names.map((name) => around.freshName(`${name}/kept`));
	const splitting = onnxNode("Split", [x, around.addConstant(`${sequence}/sizes`, int64(sizes))], kept, {
		axis: int(axis),
	});
	if (keepdims) return [splitting];
	const axes = around.addConstant(`${sequence}/axes`, int64([axis]));
	return [splitting, ...kept.map((name, index) => onnxNode("Squeeze", [name, axes], [names[index] ?? ""]))];
};

/** One part, cut out. */
function cutOut(cut: Cut, at: number, output: string, around: Surroundings): readonly OnnxNode[] | undefined {
	const { x, axis, size, keepdims } = cut;
	if (!keepdims) {
		return [
			onnxNode("Gather", [x, around.addConstant(`${output}/index`, int64([at], []))], [output], { axis: int(axis) }),
		];
	}
	// From the end, only parts of one element lie at known places.
	if (at < 0 && size !== 1) return undefined;
	const end = at === -1 ? Number.MAX_SAFE_INTEGER : (at + 1) * size;
	const bounds = [["starts", at * size] as const, ["ends", end] as const, ["axes", axis] as const];
	const inputs = bounds.map(([name, value]) => around.addConstant(`${output}/${name}`, int64([value])));
	return [onnxNode("Slice", [x, ...inputs], [output])];
}

const sequenceAt: SequenceRewrite = (node, around, { parts, cuts }) => {
	const [sequence = "", position = ""] = node.inputs;
	const [output = ""] = node.outputs;
	const place = around.constantOf(position);
	const [at] = place === undefined ? [] : numbersIn(place);
	const [names, cut] = [parts.get(sequence), cuts.get(sequence)];
	if (at === undefined) return undefined;
	if (cut !== undefined) return cutOut(cut, at, output, around);
	if (names === undefined) return undefined;
	const name = names.at(at);
	if (name !== undefined && at < names.length) return [onnxNode("Identity", [name], [output])];
	throw new LimbeckError("model", {
		where: `${nodeName(node)} (SequenceAt)`,
		expected: `a position in a sequence of ${String(names.length)}`,
		got: String(at),
	});
};

const sequenceConstruct: SequenceRewrite = ({ inputs, outputs: [sequence = ""] }, _around, { parts }) => {
	parts.set(sequence, inputs);
	return [];
};

const concatFromSequence: SequenceRewrite = (node, around, { parts }) => {
	const [sequence = ""] = node.inputs;
	const names = parts.get(sequence);
	if (names === undefined) return undefined;
	const axis = numberIn(node, "axis", 0);
	const concat = (inputs: readonly string[]): OnnxNode => onnxNode("Concat", inputs, node.outputs, { axis: int(axis) });
	if (numberIn(node, "new_axis", 0) === 0) return [concat(names)];
	const [output = ""] = node.outputs;
	const axes = around.addConstant(`${output}/axes`, int64([axis]));
	const raised = names.map((name) => around.freshName(`${name}/raised`));
	return [...names.map((name, index) => onnxNode("Unsqueeze", [name, axes], [raised[index] ?? ""])), concat(raised)];
};

const sequenceLength: SequenceRewrite = ({ inputs: [sequence = ""], outputs }, around, { parts }) => {
	const names = parts.get(sequence);
	if (names === undefined) return undefined;
	const [output = ""] = outputs;
	return [onnxNode("Identity", [around.addConstant(`${output}/length`, int64([names.length], []))], outputs)];
};

const rewrites: Readonly<Record<string, SequenceRewrite>> = {
	SplitToSequence: splitToSequence,
	SequenceConstruct: sequenceConstruct,
	SequenceAt: sequenceAt,
	ConcatFromSequence: concatFromSequence,
	SequenceLength: sequenceLength,
};

/**
 * The same model with tensors in place of sequences, as far as positions are constants. Its constants must be
 * initialisers.
 *
 * @throws LimbeckError (`model`) for a position that a sequence does not have.
 */
export function withoutSequences(model: OnnxModel): OnnxModel {
	const isOurs = ({ domain, opType }: OnnxNode): boolean => domain === "" && Object.hasOwn(rewrites, opType);
	if (!model.graph.nodes.some(isOurs)) return model;
	const sequences: Sequences = { parts: new Map(), cuts: new Map() };
	const rewrite: Rewrite = (node, around) =>
		(isOurs(node) ? rewrites[node.opType]?.(node, around, sequences) : undefined) ?? [node];
	return rewriteNodes(model, rewrite);
}
