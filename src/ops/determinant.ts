/** Determinants of small matrices. Source: ONNX operator specification, Det-22. */
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { required, typeError } from "./infer.js";
import type { Operator } from "./operator.js";
import { inFloat, realTensor } from "./rules.js";
import { reshape, sequence } from "./selection.js";

/** Rows and columns of x, `[…, size, size]`. */
function sizeOf(x: Value): number {
	const [rows = 0, columns = 0] = x.dims.slice(-2);
	if (x.dims.length >= 2 && rows === columns) return rows;
	throw typeError("Det", "square matrices", describeType(x));
}

/** Rows of the largest matrix that is differentiated: its minors are as many numbers as its rows to the fourth. */
const mostRows = 32;

/** The determinants of what is left of a matrix without one row and one column, with their signs; of x's shape. */
function cofactors(g: Graph, x: Value): Value {
	const size = sizeOf(x);
	if (size > mostRows) throw typeError("gradient of Det", `matrices of up to ${mostRows} rows`, describeType(x));
	const places = sequence(size);
	const others = (left: number): readonly number[] => places.filter((place) => place !== left);
	const all = places.flatMap((row) => places.map((column) => [row, column] as const));
	const signs = realTensor(
		x,
		[size, size],
		all.map(([row, column]) => ((row + column) % 2 === 0 ? 1 : -1)),
	);
	if (size === 1) return g.op("Expand", [g.constant(signs), g.integers(x.dims)]);
	const rest = all.flatMap(([row, column]) => others(row).flatMap((i) => others(column).map((j) => i * size + j)));
	const batch = x.dims.slice(0, -2);
	const flat = reshape(g, x, [...batch, size * size]);
	const taken = g.op("Gather", [flat, g.integers(rest)], { axis: { kind: "int", value: batch.length } });
	const minors = g.op("Det", [reshape(g, taken, [...batch, size * size, size - 1, size - 1])]);
	return g.op("Mul", [reshape(g, minors, x.dims), g.constant(signs)]);
}

export const determinant = {
	// d det X = Σ cof(X) dX, of singular matrices, too
	Det: {
		infer: (inputs) => {
			const x = required(inputs, 0);
			sizeOf(x);
			return [{ type: x.type, dims: x.dims.slice(0, -2) }];
		},
		vjp: ({ g, inputs, dy }) => [
			() => g.op("Mul", [reshape(g, dy, [...dy.dims, 1, 1]), cofactors(g, required(inputs, 0))]),
		],
		cases: inFloat([
			{ inputs: [{ dims: [2, 3, 3] }] },
			{ inputs: [{ dims: [4, 4] }] },
			{ inputs: [{ dims: [3, 1, 1] }] },
		]),
	},
} as const satisfies Record<string, Operator>;
