/** Pooling. Source: ONNX operator specification, opset 21. */
import { type Attributes, int, ints, numberOf, numbersOf, textOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { constantIntegers, required, typeError } from "./infer.js";
import { builtWithout } from "./lacking.js";
import { maxGradient } from "./max-gradient.js";
import type { Operator, OperatorCase } from "./operator.js";
import { areTiles, averagingMatrix, pooledType, type Windows, windowsOf } from "./pool-windows.js";
import { inFloat, realTensor } from "./rules.js";

/** A node of an operator whose only use here is in gradients. */
function single(
	g: Graph,
	opType: string,
	inputs: readonly (Value | undefined)[],
	like: Value,
	attributes: Attributes = {},
): Value {
	return required(g.add(opType, "", inputs, [{ type: like.type, dims: like.dims }], attributes), 0);
}

/** A matrix of the element type of `like`. */
function matrix(g: Graph, rows: readonly (readonly number[])[], like: Value): Value {
	const dims = [rows.length, rows[0]?.length ?? 0];
	return g.constant(realTensor(like, dims, rows.flat()));
}

/** Σ_w m[w, e] x[…, w, …] along one axis: the adjoint of pooling by the matrix m. */
function spreadAlong(g: Graph, x: Value, axis: number, rows: readonly (readonly number[])[]): Value {
	if (axis === x.dims.length - 1) return g.op("MatMul", [x, matrix(g, rows, x)]);
	const size = rows[0]?.length ?? 0;
	const columns = Array.from({ length: size }, (_, element) => rows.map((row) => row[element] ?? 0));
	const [lead, rest] = [x.dims.slice(0, axis), x.dims.slice(axis + 1)];
	const flat = g.op("Reshape", [x, g.integers([elementCount(lead), rows.length, elementCount(rest)])]);
	const spread = g.op("MatMul", [matrix(g, columns, x), flat]);
	return g.op("Reshape", [spread, g.integers([...lead, size, ...rest])]);
}

/** dx of a mean over windows: every element's share of its windows' gradients. */
function averageGradient(g: Graph, x: Value, dy: Value, windows: readonly Windows[], countPadding: boolean): Value {
	if (areTiles(windows) && windows.length === 2) {
		const kernels = windows.map(({ kernel }) => kernel);
		const share = g.op("Mul", [dy, g.scalar(1 / elementCount(kernels), dy)]);
		const scales = g.constant({ type: "float", dims: [4], data: Float32Array.from([1, 1, ...kernels]) });
		// Each window's share, repeated over the window: three times as fast as the products below.
		return single(g, "Resize", [share, undefined, scales], x, {
			mode: { kind: "string", value: "nearest" },
			nearest_mode: { kind: "string", value: "floor" },
			coordinate_transformation_mode: { kind: "string", value: "asymmetric" },
		});
	}
	return windows.reduce(
		(spread, axis, index) => spreadAlong(g, spread, index + 2, averagingMatrix(axis, countPadding)),
		dy,
	);
}

/** `[batch, channels, …]` with all that follows in one axis. */
function inOneAxis(g: Graph, x: Value): Value {
	const [batch = 1, channels = 1, ...spatial] = x.dims;
	return g.op("Reshape", [x, g.integers([batch, channels, elementCount(spatial)])]);
}

const globally: Operator["infer"] = (inputs) => {
	const x = required(inputs, 0);
	if (x.dims.length < 3) throw typeError("global pooling", "an input [batch, channels, …]", describeType(x));
	return [{ type: x.type, dims: x.dims.map((dim, axis) => (axis < 2 ? dim : 1)) }];
};

const globalCases = inFloat([
	{ inputs: [{ dims: [2, 3, 4, 5], distinct: true }] },
	{ inputs: [{ dims: [2, 3, 7], distinct: true }] },
	{ inputs: [{ dims: [1, 2, 2, 3, 2], distinct: true }] },
]);

const maxCases: readonly OperatorCase[] = [
	{
		inputs: [{ dims: [2, 3, 6, 4], distinct: true }],
		attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
	},
	{
		inputs: [{ dims: [1, 2, 7, 6], distinct: true }],
		attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) },
	},
];

const shapeOfMax: Operator["infer"] = (inputs, attributes) => {
	const x = required(inputs, 0);
	if (numberOf(attributes, "storage_order", 0) !== 0) throw typeError("MaxPool", "storage_order 0", "1");
	const y = pooledType(x, windowsOf("MaxPool", x, attributes));
	return [y, { type: "int64", dims: y.dims, optional: true }];
};

export const pool = {
	// y_w = max over the window w, and the second output says where in x it is: dx[index_w] += dy_w.
	// On a tie ONNX Runtime takes the first in the window, as PyTorch does.
	MaxPool: {
		infer: shapeOfMax,
		vjp: ({ g, inputs, outputs, dy, attributes }) => {
			const [x, indices] = [required(inputs, 0), required(outputs, 1)];
			return [() => single(g, "MaxUnpool", [dy, indices, g.integers(x.dims), x, required(outputs, 0)], x, attributes)];
		},
		lower: builtWithout("MaxPool with indices", (g, { inputs, outputs, attributes }) =>
			g.add("MaxPool", "", inputs, outputs.slice(0, 1), attributes),
		),
		cases: [...maxCases, ...inFloat(maxCases)],
	},
	// y_w = Σ x over the window w / n_w. Along each axis that is a product with a matrix, and so is its adjoint:
	// dx = Aᵀ dy B for the matrices A, B of two axes.
	AveragePool: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const windows = windowsOf("AveragePool", x, attributes);
			// There ONNX Runtime's windows begin elsewhere than ONNX says.
			const apart = windows.some(({ kernel, stride }) => kernel < stride);
			if (apart && textOf(attributes, "auto_pad", "NOTSET").startsWith("SAME")) {
				throw typeError("AveragePool", "strides no longer than the kernel where auto_pad is SAME", "longer ones");
			}
			return [pooledType(x, windows)];
		},
		vjp: ({ g, inputs, dy, attributes }) => {
			const x = required(inputs, 0);
			const windows = windowsOf("AveragePool", x, attributes);
			return [() => averageGradient(g, x, dy, windows, numberOf(attributes, "count_include_pad", 0) === 1)];
		},
		cases: inFloat([
			{ inputs: [{ dims: [2, 3, 6, 4] }], attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) } },
			{
				inputs: [{ dims: [1, 2, 7, 6] }],
				attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) },
			},
			{ inputs: [{ dims: [1, 2, 4, 5, 6] }], attributes: { kernel_shape: ints([2, 3, 2]) } },
		]),
	},
	// y = Σ x / n, so dx = dy / n everywhere; a product [n, 1] × [1, m], which is faster than Expand
	GlobalAveragePool: {
		infer: globally,
		vjp: ({ g, inputs, dy }) => {
			const x = required(inputs, 0);
			return [
				() => {
					const flat = inOneAxis(g, dy);
					const count = elementCount(x.dims.slice(2));
					const shares = matrix(g, [Array.from({ length: count }, () => 1 / count)], dy);
					return g.op("Reshape", [g.op("MatMul", [flat, shares]), g.integers(x.dims)]);
				},
			];
		},
		cases: globalCases,
	},
	// y = max x, and dx = dy at the first maximum
	GlobalMaxPool: {
		infer: globally,
		vjp: ({ g, inputs, dy }) => {
			const x = required(inputs, 0);
			return [
				() => {
					const [rows, last] = [inOneAxis(g, x), inOneAxis(g, dy)];
					const largest = single(g, "ArgMax", [rows], { ...last, type: "int64" }, { axis: int(2) });
					const zeros = g.op("Expand", [g.scalar(0, dy), g.integers(rows.dims)]);
					const placed = single(g, "ScatterElements", [zeros, largest, last], zeros, { axis: int(2) });
					return g.op("Reshape", [placed, g.integers(x.dims)]);
				},
			];
		},
		cases: globalCases,
	},
	// y[index] = x, zeros elsewhere: dx = dy[index], where one place was written twice, too, as in PyTorch.
	// As the gradient of a MaxPool it is given that one's input and output, too.
	MaxUnpool: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			if (inputs[2] !== undefined) return [{ type: x.type, dims: constantIntegers(inputs[2], "output_shape") }];
			const [batch = 1, channels = 1, ...spatial] = x.dims;
			const kernel = numbersOf(attributes, "kernel_shape", []);
			const strides = numbersOf(
				attributes,
				"strides",
				spatial.map(() => 1),
			);
			const pads = numbersOf(attributes, "pads", [...spatial, ...spatial].fill(0));
			const sizes = spatial.map((size, axis) => {
				const cut = (pads[axis] ?? 0) + (pads[axis + spatial.length] ?? 0);
				return (size - 1) * (strides[axis] ?? 1) + (kernel[axis] ?? 1) - cut;
			});
			return [{ type: x.type, dims: [batch, channels, ...sizes] }];
		},
		vjp: ({ g, inputs, dy }) => [
			() => {
				const flat = g.op("Reshape", [dy, g.integers([elementCount(dy.dims)])]);
				return g.op("Gather", [flat, required(inputs, 1)]);
			},
		],
		lower: maxGradient,
		cases: inFloat([
			{
				inputs: [{ dims: [1, 1, 2, 2] }, { dims: [1, 1, 2, 2], integers: [5, 7, 13, 8] }],
				attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
			},
			{
				inputs: [{ dims: [1, 2, 2] }, { dims: [1, 2, 2], integers: [1, 4, 5, 9] }, { dims: [3], integers: [1, 2, 5] }],
				attributes: { kernel_shape: ints([2]), strides: ints([2]) },
			},
		]),
	},
} as const satisfies Record<string, Operator>;
