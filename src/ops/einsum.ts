/** Sums of products by index. Source: ONNX operator specification, Einsum-12. */
import { type Attributes, text, textOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { required, typeError } from "./infer.js";
import type { Operator, VjpContext } from "./operator.js";
import { reshape } from "./selection.js";

/** An equation's indices: one letter for each axis of each operand, and of the result. */
interface Equation {
	readonly operands: readonly string[];
	readonly result: string;
}

/** The result's indices where an equation leaves them out: those that occur once, in the order of the alphabet. */
function impliedResult(operands: readonly string[]): string {
	const all = operands.join("");
	return Array.from(all)
		.filter((index) => all.indexOf(index) === all.lastIndexOf(index))
		.sort()
		.join("");
}

const ellipsis = "...";
const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

/** The equation of a node, with letters of their own for the axes that an ellipsis stands for. */
function equationOf(attributes: Attributes, inputs: readonly (Value | undefined)[]): Equation {
	const equation = textOf(attributes, "equation", "");
	const [left = "", right] = equation.replaceAll(" ", "").split("->");
	const given = left.split(",");
	if (given.length !== inputs.length) {
		throw typeError("Einsum", `an equation of ${inputs.length} operands`, `"${equation}"`);
	}
	const hidden = given.flatMap((indices, position) =>
		indices.includes(ellipsis) ? [required(inputs, position).dims.length - indices.length + ellipsis.length] : [],
	);
	const [most = 0] = hidden;
	if (hidden.some((count) => count !== most || count < 0)) {
		// ONNX Runtime takes no others.
		throw typeError("Einsum", "an ellipsis that stands for the same number of axes everywhere", `"${equation}"`);
	}
	const free = letters
		.filter((letter) => !equation.includes(letter))
		.slice(0, most)
		.join("");
	const operands = given.map((indices) => indices.replace(ellipsis, free));
	const plain = given.map((indices) => indices.replace(ellipsis, ""));
	const result = right?.replace(ellipsis, free) ?? free + impliedResult(plain);
	const complete = right === undefined || most === 0 || right.includes(ellipsis);
	if (complete && [...operands, result].every((indices) => /^[A-Za-z]*$/.test(indices))) return { operands, result };
	throw typeError("Einsum", "letters for all axes, an ellipsis also in the result", `"${equation}"`);
}

/** The size of every index; 1 stretches. */
function sizesOf({ operands }: Equation, inputs: readonly (Value | undefined)[]): ReadonlyMap<string, number> {
	const sizes = new Map<string, number>();
	for (const [position, indices] of operands.entries()) {
		const value = required(inputs, position);
		if (value.dims.length !== indices.length) {
			throw typeError("Einsum", `an operand of ${indices.length} axes for "${indices}"`, describeType(value));
		}
		for (const [axis, index] of Array.from(indices).entries()) {
			const [size = 1, known = 1] = [value.dims[axis], sizes.get(index)];
			if (size !== 1 && known !== 1 && size !== known) {
				throw typeError("Einsum", `one size for index ${index}`, `${known} and ${size}`);
			}
			sizes.set(index, Math.max(size, known));
		}
	}
	return sizes;
}

/**
 * The size of every index of a node's equation: their product is the number of terms.
 *
 * @throws LimbeckError (`model`) where operands and equation do not fit.
 */
export function einsumSizes(attributes: Attributes, inputs: readonly (Value | undefined)[]): readonly number[] {
	return [...sizesOf(equationOf(attributes, inputs), inputs).values()];
}

/** `x` with zeros off the diagonals of the axes that have one index: repeated ones are of size 1 in `x`. */
function onDiagonals(g: Graph, x: Value, indices: string, dims: readonly number[]): Value {
	return Array.from(indices).reduce((placed, index, axis) => {
		const [first, size] = [indices.indexOf(index), dims[axis] ?? 1];
		if (first === axis || size === 1) return placed;
		const shape = dims.map((_, other) => (other === first || other === axis ? size : 1));
		const ones = g.op("Expand", [g.scalar(1, x), g.integers([size, size])]);
		return g.op("Mul", [placed, reshape(g, g.op("EyeLike", [ones]), shape)]);
	}, x);
}

/** The gradient of one operand: dA = einsum of dY and the other operands, stretched over what A alone had summed. */
function operandGradient({ g, inputs, dy }: VjpContext, equation: Equation, position: number): Value {
	const { operands, result } = equation;
	const own = operands[position] ?? "";
	const { dims } = required(inputs, position);
	const isOther = (_: unknown, index: number): boolean => index !== position;
	const others = operands.filter(isOther);
	const available = result + others.join("");
	const found = [...new Set(own)].filter((index) => available.includes(index)).join("");
	const gradient = g.op("Einsum", [dy, ...inputs.filter(isOther)], {
		equation: text(`${[result, ...others].join()}->${found}`),
	});
	const sizes = sizesOf({ operands: [found], result: "" }, [gradient]);
	const isFirst = (index: string, axis: number): boolean => own.indexOf(index) === axis;
	const keptDims = Array.from(own).map((index, axis) => (isFirst(index, axis) ? (sizes.get(index) ?? 1) : 1));
	const kept = reshape(g, gradient, keptDims);
	const full = Array.from(own).map((index, axis) =>
		isFirst(index, axis) ? Math.max(dims[axis] ?? 1, keptDims[axis] ?? 1) : 1,
	);
	const stretched = full.every((size, axis) => size === keptDims[axis])
		? kept
		: g.op("Expand", [kept, g.integers(full)]);
	return onDiagonals(g, stretched, own, dims);
}

export const einsum = {
	Einsum: {
		infer: (inputs, attributes) => {
			const equation = equationOf(attributes, inputs);
			const sizes = sizesOf(equation, inputs);
			const dims = Array.from(equation.result).map((index) => {
				const size = sizes.get(index);
				if (size !== undefined) return size;
				throw typeError("Einsum", "a result of the operands' indices", `"${index}"`);
			});
			return [{ type: required(inputs, 0).type, dims }];
		},
		// y = Σ a b …, so da = Σ dy b … over the indices that a has not
		vjp: (context) => {
			const equation = equationOf(context.attributes, context.inputs);
			return context.inputs.map((_, position) => () => operandGradient(context, equation, position));
		},
		cases: [
			{ inputs: [{ dims: [3, 4] }, { dims: [4, 2] }], attributes: { equation: text("ij,jk->ik") } },
			{
				inputs: [{ dims: [2, 3, 4] }, { dims: [2, 5, 4] }],
				attributes: { equation: text("bid, bjd -> bij") },
			},
			{ inputs: [{ dims: [3, 4] }, { dims: [4, 2] }], attributes: { equation: text("ij,jk") } },
			{ inputs: [{ dims: [3, 4] }, { dims: [2] }], attributes: { equation: text("ij,k->k") } },
			{ inputs: [{ dims: [3, 4] }], attributes: { equation: text("ij->") } },
			{ inputs: [{ dims: [2, 3, 4] }], attributes: { equation: text("bij->bji") } },
			{ inputs: [{ dims: [3] }, { dims: [3] }], attributes: { equation: text("i,i->") } },
			{
				inputs: [{ dims: [2, 3] }, { dims: [3, 4] }, { dims: [4, 2] }],
				attributes: { equation: text("ij,jk,kl->il") },
			},
			{ inputs: [{ dims: [3, 1] }, { dims: [4, 2] }], attributes: { equation: text("ij,jk->ik") } },
			{
				inputs: [{ dims: [2, 1, 3, 4] }, { dims: [1, 3, 4, 2] }],
				attributes: { equation: text("...ij,...jk->...ik") },
			},
			{ inputs: [{ dims: [2, 3] }, { dims: [1, 3] }], attributes: { equation: text("...i,...i") } },
			{ inputs: [{ dims: [2, 3, 3] }], attributes: { equation: text("...ii->...i") } },
			{ inputs: [{ dims: [3, 3] }, { dims: [3, 2] }], attributes: { equation: text("ii,ij->j") } },
			{ inputs: [{ dims: [3, 3] }], attributes: { equation: text("ii->") } },
		],
	},
} as const satisfies Record<string, Operator>;
