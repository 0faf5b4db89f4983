/** Every entry that folds, against ONNX Runtime: the node is run, and its outputs are those of the fold. */
import { describe, expect, test } from "vitest";
import { createDraws, type Draws } from "../../test/support/draws.js";
import { evaluate, numbers } from "../../test/support/graphs.js";
import { generatedCases } from "../../test/support/operator-cases.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { createGraph, type OperatorName, operators } from "./index.js";
import type { CaseInput, Operator, OperatorCase } from "./operator.js";

const entryOf = (name: OperatorName): Operator => operators[name];
// The table's keys are its operators' names.
const names = (Object.keys(operators) as OperatorName[]).filter((name) => entryOf(name).fold !== undefined);
const generatedCount = 10;

/** The constants of a case; what it does not give is drawn, in the type asked for. */
function constantOf(input: CaseInput, type: "float" | "double" | "int64", draws: Draws): Tensor {
	const { dims, integers, booleans, from = -1, to = 1 } = input;
	if (integers !== undefined) return { type: "int64", dims, data: BigInt64Array.from(integers, BigInt) };
	if (booleans !== undefined) return { type: "bool", dims, data: Uint8Array.from(booleans, Number) };
	const drawn = draws.reals(elementCount(dims), from, to);
	if (type === "float") return { type, dims, data: Float32Array.from(drawn) };
	if (type === "double") return { type, dims, data: Float64Array.from(drawn) };
	// Wide enough for quotients of either sign, and never 0 where the domain does not hold it.
	return { type, dims, data: BigInt64Array.from(drawn, (x) => BigInt(Math.floor(x * 16))) };
}

/** The outputs of the fold and of the runtime, or `undefined` where there is no fold to compare. */
async function bothWays(
	name: OperatorName,
	{ inputs, attributes = {} }: OperatorCase,
	type: "float" | "double" | "int64",
): Promise<readonly [folded: readonly Tensor[], ran: readonly Tensor[]] | undefined> {
	const draws = createDraws(3, `${name}/${type}`);
	const g = createGraph();
	const tensors = inputs.map((input) => (input === undefined ? undefined : constantOf(input, type, draws)));
	const constants = tensors.map((tensor) => (tensor === undefined ? undefined : g.constant(tensor)));
	const folded = entryOf(name).fold?.(constants, attributes);
	if (folded === undefined) return undefined;
	const outputs = g.ops(name, constants, attributes);
	const named = Object.fromEntries(outputs.map((output, index) => [`y${index}`, output]));
	const ran = await evaluate(g, named);
	return [folded, outputs.map((_, index) => ran[`y${index}`]).filter((tensor) => tensor !== undefined)];
}

/** Element types that ONNX does not have an operator for. */
const absent: Readonly<Record<string, ReadonlySet<string>>> = {
	float: new Set(),
	double: new Set(["NonZero"]),
	int64: new Set(["Sqrt", "Floor", "Ceil"]),
};

/** Reals may differ by rounding, where ONNX Runtime adds in another order; all else is equal. */
function expectSame(folded: Tensor, ran: Tensor | undefined): void {
	expect([folded.type, folded.dims]).toEqual([ran?.type, ran?.dims]);
	const epsilon = { float: 2 ** -20, double: 2 ** -49 }[folded.type as string];
	if (ran === undefined || epsilon === undefined) {
		expect(folded.data).toEqual(ran?.data);
		return;
	}
	const got = numbers({ folded }, "folded");
	for (const [index, value] of numbers({ ran }, "ran").entries()) {
		expect(Math.abs((got[index] ?? NaN) - value)).toBeLessThanOrEqual(epsilon * Math.max(1, Math.abs(value)));
	}
}

describe.each(["float", "double", "int64"] as const)("of %s", (type) => {
	test.each(names.filter((name) => !absent[type]?.has(name)))(
		"the fold of %s is what ONNX Runtime computes",
		async (name) => {
			let compared = 0;
			for (const one of [...entryOf(name).cases, ...generatedCases(name, generatedCount)]) {
				const both = await bothWays(name, one, type);
				if (both === undefined) continue;
				compared++;
				const [folded, ran] = both;
				expect(folded).toHaveLength(ran.length);
				for (const [index, tensor] of folded.entries()) expectSame(tensor, ran[index]);
			}
			expect(compared).toBeGreaterThan(0);
		},
	);
});
