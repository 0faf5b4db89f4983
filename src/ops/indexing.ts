/** Operators that select and place elements by index. Source: ONNX operator specification, opset 21. */
import { type Attributes, int, numberOf, text } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { dataTypes, elementCount } from "../onnx/tensor.js";
import { elementAt, foldElements, integerTensor } from "./fold-shape.js";
import { constantIntegers, normalAxis, required, typeError } from "./infer.js";
import { builtWithout } from "./lacking.js";
import type { Operator } from "./operator.js";
import { cast } from "./rules.js";
import { addAlong, flatIndices, placeAlong, reshape, returnAlong, sequence, withSize, zerosLike } from "./selection.js";

type Infer = Operator["infer"];
type Inputs = readonly (Value | undefined)[];

const axisOf = (inputs: Inputs, attributes: Attributes, fallback = 0): number =>
	normalAxis(numberOf(attributes, "axis", fallback), required(inputs, 0).dims.length);

/** Counted from the front. */
const fromFront = (index: number, size: number): number => (index < 0 ? index + size : index);

const gatherInfer: Infer = (inputs, attributes) => {
	const [x, indices] = [required(inputs, 0), required(inputs, 1)];
	const axis = axisOf(inputs, attributes);
	return [{ type: x.type, dims: [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)] }];
};

/** Rows up to which a product with one-hot rows adds faster than ScatterElements (measured: 2 to 14 times at 4 to 64). */
const fewRows = 64;

/** dx = Hᵀ dy, with a row of H for each index: 1 at the index, 0 elsewhere. */
function addByProduct(g: Graph, dy: Value, indices: Value, rows: number): Value {
	const offOn = g.constant({ type: "float", dims: [2], data: Float32Array.of(0, 1) });
	const hot = g.op("OneHot", [indices, g.integers([rows]), offOn]);
	return g.op("FusedMatMul", [hot, dy], { transA: int(1) });
}

/** The adjoint of a Gather: slices go back to where they came from; those taken more than once add up. */
function ungather(g: Graph, x: Value, indices: Value, axis: number, dy: Value): Value {
	const size = x.dims[axis] ?? 0;
	const slices = reshape(g, dy, withSize(x.dims, axis, elementCount(indices.dims)));
	if (indices.constant !== undefined) {
		const positions = constantIntegers(indices, "indices").map((index) => fromFront(index, size));
		return returnAlong(g, slices, axis, positions, size);
	}
	const flat = cast(g, reshape(g, indices, [elementCount(indices.dims)]), "int64");
	if (axis !== 0 || size > fewRows || dy.type !== "float") return addAlong(g, slices, axis, flat, size);
	const rows = reshape(g, slices, [elementCount(indices.dims), elementCount(x.dims) / size]);
	return reshape(g, addByProduct(g, rows, flat, size), x.dims);
}

/** How a GatherND reads its input: batch axes, indexed axes, and the slices that the rest makes. */
function nestedAxes(inputs: Inputs, attributes: Attributes): { batch: readonly number[]; indexed: readonly number[] } {
	const [{ dims }, indices] = [required(inputs, 0), required(inputs, 1)];
	const batch = numberOf(attributes, "batch_dims", 0);
	const depth = indices.dims.at(-1) ?? 0;
	if (depth >= 1 && batch + depth <= dims.length) {
		return { batch: dims.slice(0, batch), indexed: dims.slice(batch, batch + depth) };
	}
	throw typeError("GatherND", `1 to ${dims.length - batch} numbers in an index`, String(depth));
}

/** The adjoint of a GatherND: a Gather's, by indices into the flattened axes. */
function ungatherNested(g: Graph, inputs: Inputs, attributes: Attributes, dy: Value): Value {
	const [x, indices] = [required(inputs, 0), required(inputs, 1)];
	const { batch, indexed } = nestedAxes(inputs, attributes);
	const summed = flatIndices(g, indices, indexed);
	const [batches, slots] = [elementCount(batch), elementCount(indexed)];
	const bases = g.constant(integerTensor([batches, 1], sequence(batches, 0, slots)));
	const count = elementCount(summed.dims);
	const flat = reshape(g, g.op("Add", [reshape(g, summed, [batches, count / batches]), bases]), [count]);
	const slices = reshape(g, dy, [count, elementCount(dy.dims) / count]);
	return reshape(g, addAlong(g, slices, 0, flat, batches * slots), x.dims);
}

const alongAxis = (attributes: Attributes): Attributes => ({ axis: int(numberOf(attributes, "axis", 0)) });

/** The positions that a Compress keeps, and the axis; the flattened input's where no axis is named. */
function kept(inputs: Inputs, attributes: Attributes): { axis: number; positions: readonly number[] } {
	const condition = constantIntegers(required(inputs, 1), "condition");
	return {
		axis: attributes["axis"] === undefined ? 0 : axisOf(inputs, attributes),
		positions: condition.flatMap((keep, index) => (keep === 0 ? [] : [index])),
	};
}

const flattenedUnlessAxis = (x: Value, attributes: Attributes): readonly number[] =>
	attributes["axis"] === undefined ? [elementCount(x.dims)] : x.dims;

/** off + (on − off) · [index = class], in floating point: that is what a device compares. Negative indices count from the end. */
function comparedOneHot(g: Graph, { inputs, outputs, attributes }: Node): readonly Value[] | undefined {
	const [indices, values] = [required(inputs, 0), required(inputs, 2)];
	const dims = required(outputs, 0).dims;
	const axis = normalAxis(numberOf(attributes, "axis", -1), dims.length);
	const depth = dims[axis] ?? 1;
	// As ONNX Runtime does, an index with a fraction is none of the classes.
	const real = g.op("Unsqueeze", [cast(g, indices, "float"), g.integers([axis])]);
	const shape = dims.map((dim, at) => (at === axis ? dim : 1));
	const classesFrom = (first: number): Value =>
		g.constant({ type: "float", dims: shape, data: Float32Array.from({ length: depth }, (_, k) => first + k) });
	const is = (classes: Value): Value => cast(g, g.op("Equal", [real, classes]), values.type);
	const hot = g.op("Add", [is(classesFrom(0)), is(classesFrom(-depth))]);
	const value = (at: number): Value => g.op("Gather", [values, g.constant(integerTensor([], [at]))]);
	const [off, on] = [value(0), value(1)];
	return [g.op("Add", [off, g.op("Mul", [hot, g.op("Sub", [on, off])])])];
}

export const indexing = {
	// Slices return to their places; where one was taken twice, its gradients add up.
	Gather: {
		infer: gatherInfer,
		vjp: ({ g, inputs, dy, attributes }) => [
			() => ungather(g, required(inputs, 0), required(inputs, 1), axisOf(inputs, attributes), dy),
		],
		fold: foldElements(gatherInfer, (inputs, attributes) => {
			const [x, indices] = [required(inputs, 0), required(inputs, 1)];
			const axis = axisOf(inputs, attributes);
			return (coordinates) => {
				const end = axis + indices.dims.length;
				const index = fromFront(Number(elementAt(indices, coordinates.slice(axis, end))), x.dims[axis] ?? 0);
				return elementAt(x, [...coordinates.slice(0, axis), index, ...coordinates.slice(end)]);
			};
		}),
		cases: [
			{ inputs: [{ dims: [5, 3] }, { dims: [2], integers: [4, 0] }] },
			{ inputs: [{ dims: [2, 5] }, { dims: [], integers: [-1] }], attributes: { axis: int(1) } },
			{ inputs: [{ dims: [4, 2] }, { dims: [2, 3], integers: [1, 1, 3, -4, 1, 0] }] },
		],
	},
	// dx = Σ dy over the places that read x
	GatherElements: {
		infer: (inputs) => [{ type: required(inputs, 0).type, dims: required(inputs, 1).dims }],
		vjp: ({ g, inputs, dy, attributes }) => [
			() => {
				const [x, indices] = [required(inputs, 0), required(inputs, 1)];
				const zeros = zerosLike(g, dy, x.dims);
				return g.op("ScatterElements", [zeros, indices, dy], { ...alongAxis(attributes), reduction: text("add") });
			},
		],
		cases: [
			{ inputs: [{ dims: [3, 2] }, { dims: [2, 2], integers: [0, -1, 0, 1] }] },
			{ inputs: [{ dims: [2, 3] }, { dims: [2, 1], integers: [2, 0] }], attributes: { axis: int(1) } },
		],
	},
	// dx = Σ dy over the places that read x
	GatherND: {
		infer: (inputs, attributes) => {
			const [x, indices] = [required(inputs, 0), required(inputs, 1)];
			const { batch, indexed } = nestedAxes(inputs, attributes);
			return [{ type: x.type, dims: [...indices.dims.slice(0, -1), ...x.dims.slice(batch.length + indexed.length)] }];
		},
		vjp: ({ g, inputs, dy, attributes }) => [() => ungatherNested(g, inputs, attributes, dy)],
		cases: [
			{ inputs: [{ dims: [3, 4] }, { dims: [3, 2], integers: [0, 1, -1, 3, 0, 1] }] },
			{ inputs: [{ dims: [3, 4] }, { dims: [2, 1], integers: [2, 0] }] },
			{ inputs: [{ dims: [2, 3, 2] }, { dims: [2, 1], integers: [2, -3] }], attributes: { batch_dims: int(1) } },
		],
	},
	// y = on at the index, off elsewhere: d on = Σ dy there, d off = Σ dy elsewhere; it changes in steps with the indices
	OneHot: {
		infer: (inputs, attributes) => {
			const [indices, depth, values] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
			const axis = normalAxis(numberOf(attributes, "axis", -1), indices.dims.length + 1);
			const classes = constantIntegers(depth, "depth").map(Math.trunc);
			return [{ type: values.type, dims: [...indices.dims.slice(0, axis), ...classes, ...indices.dims.slice(axis)] }];
		},
		vjp: ({ g, inputs, dy, attributes }) => {
			const [indices, depth, values] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
			const sum = (x: Value): Value => reshape(g, g.op("ReduceSum", [x], { keepdims: int(0) }), [1]);
			return [
				"none",
				"none",
				() => {
					const offOn = g.op("Cast", [g.constant(integerTensor([2], [0, 1]))], { to: int(dataTypes[values.type]) });
					const on = sum(g.op("Mul", [dy, g.op("OneHot", [indices, depth, offOn], attributes)]));
					return g.op("Concat", [g.op("Sub", [sum(dy), on]), on], { axis: int(0) });
				},
			];
		},
		lower: builtWithout("OneHot", comparedOneHot),
		cases: [
			{
				inputs: [{ dims: [3], integers: [0, 3, 1] }, { dims: [], integers: [4] }, { dims: [2] }],
				precision: "float",
			},
			{
				inputs: [{ dims: [2, 2], integers: [0, 3, 1, -1] }, { dims: [1], integers: [4] }, { dims: [2] }],
				attributes: { axis: int(1) },
				precision: "float",
			},
			{
				inputs: [{ dims: [3], from: 0.1, to: 3.9 }, { dims: [], from: 4, to: 4, fixed: true }, { dims: [2] }],
				precision: "float",
			},
		],
	},
	// dx = dy where an element was among the largest, else 0
	TopK: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const [count = 0] = constantIntegers(required(inputs, 1), "k");
			const dims = withSize(x.dims, axisOf(inputs, attributes, -1), count);
			return [
				{ type: x.type, dims },
				{ type: "int64", dims },
			];
		},
		vjp: ({ g, inputs, outputs, dy, attributes }) => [
			() => {
				const zeros = zerosLike(g, dy, required(inputs, 0).dims);
				const axis = int(numberOf(attributes, "axis", -1));
				return g.op("ScatterElements", [zeros, required(outputs, 1), dy], { axis });
			},
		],
		cases: [
			{
				inputs: [
					{ dims: [3, 5], from: -16, to: 16 },
					{ dims: [1], integers: [2] },
				],
			},
			{
				inputs: [
					{ dims: [4, 2], from: -16, to: 16 },
					{ dims: [1], integers: [3] },
				],
				attributes: { axis: int(0), largest: int(0) },
			},
		],
	},
	// What was kept comes back among zeros.
	Compress: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const { axis, positions } = kept(inputs, attributes);
			return [{ type: x.type, dims: withSize(flattenedUnlessAxis(x, attributes), axis, positions.length) }];
		},
		vjp: ({ g, inputs, dy, attributes }) => [
			() => {
				const x = required(inputs, 0);
				const { axis, positions } = kept(inputs, attributes);
				const dims = flattenedUnlessAxis(x, attributes);
				return reshape(g, placeAlong(g, dy, axis, positions, dims[axis] ?? 0), x.dims);
			},
		],
		cases: [
			{ inputs: [{ dims: [3, 2] }, { dims: [4], booleans: [true, false, false, true] }] },
			{ inputs: [{ dims: [3, 2] }, { dims: [3], booleans: [true, false, true] }], attributes: { axis: int(0) } },
		],
	},
} as const satisfies Record<string, Operator>;
