/** Comparisons and logic, elementwise with broadcasting. Source: ONNX operator specification, opset 21. */
import { withFullRank } from "./broadcasting.js";
import { type Fold, foldPredicate } from "./fold.js";
import { broadcastToBool } from "./infer.js";
import type { Operator, OperatorCase } from "./operator.js";
import { over, overPairs } from "./rules.js";

/** A question to every element, or to every pair of elements. */
const question = (cases: readonly OperatorCase[], fold?: Fold): Operator => ({
	infer: broadcastToBool,
	vjp: "nondifferentiable",
	lower: withFullRank,
	cases,
	...(fold === undefined ? {} : { fold }),
});

const bits = { dims: [2, 1], booleans: [true, false] };
const connective = (holds: (a: boolean, b: boolean) => boolean): Operator =>
	question(
		[{ inputs: [bits, { dims: [2], booleans: [true, false] }] }],
		foldPredicate((a, b) => holds(a === 1, b === 1)),
	);

const wholePairs: OperatorCase = {
	inputs: [
		{ dims: [3], integers: [1, 2, 3] },
		{ dims: [], integers: [2] },
	],
};
const comparison = (fold: Fold): Operator => question([...overPairs(), wholePairs], fold);

export const logic = {
	Greater: comparison(foldPredicate((a, b) => a > b)),
	GreaterOrEqual: comparison(foldPredicate((a, b) => a >= b)),
	Less: comparison(foldPredicate((a, b) => a < b)),
	LessOrEqual: comparison(foldPredicate((a, b) => a <= b)),
	Equal: comparison(foldPredicate((a, b) => a === b)),
	And: connective((a, b) => a && b),
	Or: connective((a, b) => a || b),
	Xor: connective((a, b) => a !== b),
	Not: question(
		[{ inputs: [bits] }],
		foldPredicate((a) => a === 0),
	),
	IsNaN: question(over()),
	IsInf: question(over()),
} as const satisfies Record<string, Operator>;
