/** Operators that make tensors: of shapes, of counts, of masks. Source: ONNX operator specification, opset 21. */
import { type Attributes, int, numberOf } from "../graph/attributes.js";
import type { Value } from "../graph/value.js";
import { type DataType, elementCount, type Tensor } from "../onnx/tensor.js";
import { allCoordinates, elementAt, foldElements, integerTensor } from "./fold-shape.js";
import { constantIntegers, elementType, required, sameAsFirst, typeError } from "./infer.js";
import type { Operator } from "./operator.js";

type Infer = Operator["infer"];

/** The dimensions from `start` to before `end`, counted from the back where negative, kept within the shape. */
function shapeOf(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly number[] {
	const { dims } = required(inputs, 0);
	return dims.slice(numberOf(attributes, "start", 0), numberOf(attributes, "end", dims.length));
}

/** The constant number of a scalar, an integer or not. */
function scalarOf(value: Value, what: string): number {
	const [number] = value.constant?.data ?? [];
	if (number === undefined) throw typeError(what, "a number known while building", `the value of ${value.name}`);
	return Number(number);
}

const rangeInfer: Infer = (inputs) => {
	const [start, limit, delta] = [0, 1, 2].map((index) => scalarOf(required(inputs, index), "Range"));
	if (start === undefined || limit === undefined || delta === undefined || delta === 0) {
		throw typeError("Range", "a step other than 0", String(delta));
	}
	return [{ type: required(inputs, 0).type, dims: [Math.max(0, Math.ceil((limit - start) / delta))] }];
};

/** The value that ConstantOfShape repeats. */
function filling(attributes: Attributes): Tensor {
	const { value } = attributes;
	if (value === undefined) return { type: "float", dims: [1], data: Float32Array.of(0) };
	if (value.kind === "tensor" && value.value.data.length === 1) return value.value;
	throw typeError("ConstantOfShape", "a value of one element", value.kind);
}

const constantOfShapeInfer: Infer = (inputs, attributes) => [
	{ type: filling(attributes).type, dims: constantIntegers(required(inputs, 0), "shape") },
];

/** Coordinates of the elements that are not zero. */
function nonZeros(x: Value): readonly (readonly number[])[] {
	if (x.constant === undefined) throw typeError("NonZero", "elements known while building", `the value of ${x.name}`);
	return allCoordinates(x.dims).filter((coordinates) => Number(elementAt(x, coordinates)) !== 0);
}

const nonZeroInfer: Infer = (inputs) => {
	const x = required(inputs, 0);
	return [{ type: "int64", dims: [x.dims.length, nonZeros(x).length] }];
};

export const make = {
	// Shapes are concrete while a graph is built.
	Shape: {
		infer: (inputs, attributes) => [{ type: "int64", dims: [shapeOf(inputs, attributes).length] }],
		vjp: "nondifferentiable",
		fold: (inputs, attributes) => {
			const dims = shapeOf(inputs, attributes);
			return [integerTensor([dims.length], dims)];
		},
		cases: [
			{ inputs: [{ dims: [3, 4, 5] }] },
			{ inputs: [{ dims: [3, 4, 5] }], attributes: { start: int(-2), end: int(-1) } },
			{ inputs: [{ dims: [3, 4, 5] }], attributes: { start: int(-9), end: int(9) } },
		],
	},
	Size: {
		infer: () => [{ type: "int64", dims: [] }],
		vjp: "nondifferentiable",
		fold: (inputs) => [integerTensor([], [elementCount(required(inputs, 0).dims)])],
		cases: [{ inputs: [{ dims: [3, 4] }] }, { inputs: [{ dims: [] }] }],
	},
	Range: {
		infer: rangeInfer,
		vjp: "nondifferentiable",
		fold: foldElements(rangeInfer, (inputs) => {
			const [start, delta] = [elementAt(required(inputs, 0), []), elementAt(required(inputs, 2), [])];
			return ([at = 0]) =>
				typeof start === "bigint" ? start + BigInt(delta) * BigInt(at) : start + Number(delta) * at;
		}),
		cases: [
			{
				inputs: [
					{ dims: [], from: 1, to: 1, fixed: true },
					{ dims: [], from: 2, to: 2, fixed: true },
					{ dims: [], from: 0.25, to: 0.25, fixed: true },
				],
			},
			{
				inputs: [
					{ dims: [], integers: [2] },
					{ dims: [], integers: [9] },
					{ dims: [], integers: [3] },
				],
			},
			{
				inputs: [
					{ dims: [], integers: [1] },
					{ dims: [], integers: [-3] },
					{ dims: [], integers: [-2] },
				],
			},
		],
	},
	ConstantOfShape: {
		infer: constantOfShapeInfer,
		vjp: "nondifferentiable",
		fold: foldElements(constantOfShapeInfer, (_inputs, attributes) => {
			const [element = 0] = filling(attributes).data;
			return () => element;
		}),
		cases: [
			{ inputs: [{ dims: [2], integers: [2, 3] }] },
			{
				inputs: [{ dims: [1], integers: [4] }],
				attributes: { value: { kind: "tensor", value: integerTensor([1], [7]) } },
			},
		],
	},
	EyeLike: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const code = numberOf(attributes, "dtype", 0);
			const type: DataType = code === 0 ? x.type : elementType(code);
			return [{ type, dims: x.dims }];
		},
		// Only the shape of x is read.
		vjp: () => ["none"],
		cases: [{ inputs: [{ dims: [3, 4] }] }, { inputs: [{ dims: [3, 4] }], attributes: { k: int(-1), dtype: int(1) } }],
	},
	// dx = dy within the triangle, 0 outside
	Trilu: {
		infer: sameAsFirst,
		vjp: ({ g, inputs, dy, attributes }) => [() => g.op("Trilu", [dy, inputs[1]], attributes)],
		cases: [
			{ inputs: [{ dims: [3, 4] }] },
			{ inputs: [{ dims: [2, 3, 3] }, { dims: [], integers: [-1] }], attributes: { upper: int(0) } },
		],
	},
	NonZero: {
		infer: nonZeroInfer,
		vjp: "nondifferentiable",
		fold: foldElements(nonZeroInfer, (inputs) => {
			const found = nonZeros(required(inputs, 0));
			return ([axis = 0, index = 0]) => BigInt(found[index]?.[axis] ?? 0);
		}),
		cases: [
			{ inputs: [{ dims: [2, 3], integers: [0, 1, 0, 5, 0, -1] }] },
			{ inputs: [{ dims: [3], fixed: true }], precision: "float" },
			{ inputs: [{ dims: [3], booleans: [true, false, true] }] },
		],
	},
} as const satisfies Record<string, Operator>;
