/** Sums of products by index. Source: ONNX operator specification, Einsum-12. */
import { type Attributes, text, textOf } from "../graph/attributes.js";
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

function equationOf(attributes: Attributes, count: number): Equation {
	const equation = textOf(attributes, "equation", "");
	const [left = "", right] = equation.replaceAll(" ", "").split("->");
	const operands = left.split(",");
	const result = right ?? impliedResult(operands);
	if (![...operands, result].every((indices) => /^[A-Za-z]*$/.test(indices))) {
		throw typeError("Einsum", "letters for all axes, no ellipsis", `"${equation}"`);
	}
	if (operands.length === count) return { operands, result };
	throw typeError("Einsum", `an equation of ${count} operands`, `"${equation}"`);
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
	return [...sizesOf(equationOf(attributes, inputs.length), inputs).values()];
}

/** The gradient of one operand: dA = einsum of dY and the other operands, stretched over what A alone had summed. */
function operandGradient({ g, inputs, dy }: VjpContext, equation: Equation, position: number): Value {
	const { operands, result } = equation;
	const own = operands[position] ?? "";
	if (new Set(own).size < own.length) {
		throw typeError("gradient of Einsum", "operands whose indices differ", `"${own}"`);
	}
	const isOther = (_: unknown, index: number): boolean => index !== position;
	const others = operands.filter(isOther);
	const available = result + others.join("");
	const found = Array.from(own)
		.filter((index) => available.includes(index))
		.join("");
	const gradient = g.op("Einsum", [dy, ...inputs.filter(isOther)], {
		equation: text(`${[result, ...others].join()}->${found}`),
	});
	const sizes = sizesOf({ operands: [found], result: "" }, [gradient]);
	const kept = reshape(
		g,
		gradient,
		Array.from(own).map((index) => sizes.get(index) ?? 1),
	);
	const full = required(inputs, position).dims.map((size, axis) => Math.max(size, kept.dims[axis] ?? 1));
	return full.every((size, axis) => size === kept.dims[axis]) ? kept : g.op("Expand", [kept, g.integers(full)]);
}

export const einsum = {
	Einsum: {
		infer: (inputs, attributes) => {
			const equation = equationOf(attributes, inputs.length);
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
			const equation = equationOf(context.attributes, context.inputs.length);
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
		],
	},
} as const satisfies Record<string, Operator>;
