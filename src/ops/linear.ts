/** Matrix products. Source: ONNX operator specification; FusedMatMul: ONNX Runtime contrib operators. */
import type { LimbeckError } from "../errors.js";
import { type Attributes, float, int, ints, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, sameDims, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { commonDims, required, typeError } from "./infer.js";
import { builtWithout } from "./lacking.js";
import type { Operator, OperatorCase } from "./operator.js";

/** The last two dimensions of an operand, swapped where it is used transposed. */
function matrixDims({ dims }: Value, transposed: boolean): readonly [number, number] | undefined {
	const [rows, columns] = dims.slice(-2);
	if (rows === undefined || columns === undefined) return undefined;
	return transposed ? [columns, rows] : [rows, columns];
}

function productDims(a: Value, b: Value, transA: boolean, transB: boolean): readonly number[] {
	const [left, right] = [matrixDims(a, transA), matrixDims(b, transB)];
	const misfit = (expected: string): LimbeckError =>
		typeError("matrix product", expected, `${describeType(a)} and ${describeType(b)}`);
	if (a.type !== b.type) throw misfit("operands of one element type");
	if (left === undefined || right === undefined) throw misfit("operands of two or more dimensions");
	if (left[1] !== right[0]) {
		const [aSide, bSide] = [transA ? "rows" : "columns", transB ? "columns" : "rows"];
		throw misfit(`as many ${bSide} in the second operand as ${aSide} in the first`);
	}
	const batch = commonDims([a.dims.slice(0, -2), b.dims.slice(0, -2)]);
	if (batch === undefined) throw misfit("leading dimensions that agree where neither is 1");
	return [...batch, left[0], right[1]];
}

/** The shape of α A' B' + β C: all are matrices, and C stretches to the product's shape. */
function gemmDims(a: Value, b: Value, c: Value | undefined, transA: boolean, transB: boolean): readonly number[] {
	const dims = productDims(a, b, transA, transB);
	if (a.dims.length !== 2 || b.dims.length !== 2) {
		throw typeError("Gemm", "operands of two dimensions", `${describeType(a)} and ${describeType(b)}`);
	}
	if (c !== undefined && !sameDims(commonDims([c.dims, dims]) ?? [], dims)) {
		throw typeError("Gemm", `a third operand that stretches to [${dims.join()}]`, describeType(c));
	}
	return dims;
}

/** A factor of a product, and whether it is used transposed: 1 or 0. */
type Factor = readonly [value: Value, transposed: number];

/** How many matrices a value holds. */
const matricesOf = ({ dims }: Value): number => elementCount(dims.slice(0, -2));

/**
 * Σ_i α X_i' Y_i' over the matrices of two values, as one product over all their inner elements. Those that do not lie
 * in order are transposed first.
 *
 * @returns `undefined` where that moves more elements than the products of all matrices, before they are summed, have.
 */
function sumOfProducts(g: Graph, left: Factor, right: Factor, alpha: number): Value | undefined {
	// Inner elements come first in an operand X that is used transposed, and in an operand Y that is not.
	const inOrder = [left[1] === 1, right[1] === 0];
	const moved = [left[0], right[0]].filter((_, side) => inOrder[side] === false);
	const [rows = 1, columns = 1] = [matrixDims(left[0], left[1] === 1)?.[0], matrixDims(right[0], right[1] === 1)?.[1]];
	const summed = matricesOf(left[0]) * rows * columns;
	if (moved.reduce((sum, { dims }) => sum + elementCount(dims), 0) > summed) return undefined;
	const flat = ([value]: Factor, isInOrder: boolean | undefined): Value => {
		const [first = 1, second = 1] = value.dims.slice(-2);
		const count = matricesOf(value);
		if (isInOrder === true) return g.op("Reshape", [value, g.integers([count * first, second])]);
		const single = g.op("Reshape", [value, g.integers([count, first, second])]);
		const byRow = g.op("Transpose", [single], { perm: ints([1, 0, 2]) });
		return g.op("Reshape", [byRow, g.integers([first, count * second])]);
	};
	const operands = [flat(left, inOrder[0]), flat(right, inOrder[1])];
	return g.op("Gemm", operands, { transA: int(left[1]), transB: int(right[1]), alpha: float(alpha) });
}

/** An operand as FusedMatMul multiplies it: with its first axis before its last, and with the last two swapped, where asked. */
function transposed(g: Graph, x: Value, attributes: Attributes, side: string): Value {
	const axes = x.dims.map((_, axis) => axis);
	const wants = (name: string): boolean => numberOf(attributes, `${name}${side}`, 0) === 1;
	const inOrder = wants("transBatch") ? [...axes.slice(1, -1), 0, ...axes.slice(-1)] : axes;
	const perm = wants("trans") ? [...inOrder.slice(0, -2), ...inOrder.slice(-2).reverse()] : inOrder;
	return perm.every((from, to) => from === to) ? x : g.op("Transpose", [x], { perm: ints(perm) });
}

/** Batched product with either operand transposed; gradients of MatMul and FusedMatMul stay in it. */
const fusedMatMul: Operator = {
	domain: "com.microsoft",
	infer: (inputs, attributes) => {
		const [a, b] = [required(inputs, 0), required(inputs, 1)];
		const [transA, transB] = [numberOf(attributes, "transA", 0) === 1, numberOf(attributes, "transB", 0) === 1];
		for (const name of ["transBatchA", "transBatchB"]) {
			if (numberOf(attributes, name, 0) !== 0) throw typeError("FusedMatMul", `${name} 0`, "another");
		}
		return [{ type: a.type, dims: productDims(a, b, transA, transB) }];
	},
	// Y = α A' B', so dA' = α dY B'ᵀ and dB' = α A'ᵀ dY; of one matrix that meets many, the sum over them
	vjp: ({ g, inputs, dy, attributes }) => {
		const [a, b] = [required(inputs, 0), required(inputs, 1)];
		const [transA, transB] = [numberOf(attributes, "transA", 0), numberOf(attributes, "transB", 0)];
		const alpha = numberOf(attributes, "alpha", 1);
		const product = (like: Value, left: Factor, right: Factor): Value => {
			const summed = matricesOf(like) < matricesOf(dy) && matricesOf(like) === 1;
			const sum = summed ? sumOfProducts(g, left, right, alpha) : undefined;
			if (sum !== undefined) return g.op("Reshape", [sum, g.integers(like.dims)]);
			const attributesOf = { transA: int(left[1]), transB: int(right[1]), alpha: float(alpha) };
			return g.op("FusedMatMul", [left[0], right[0]], attributesOf);
		};
		return [
			() => (transA === 1 ? product(a, [b, transB], [dy, 1]) : product(a, [dy, 0], [b, 1 - transB])),
			() => (transB === 1 ? product(b, [dy, 1], [a, transA]) : product(b, [a, 1 - transA], [dy, 0])),
		];
	},
	lower: builtWithout("FusedMatMul", (g, { inputs, attributes }) => {
		const [a, b] = ["A", "B"].map((side, index) => transposed(g, required(inputs, index), attributes, side));
		const product = g.op("MatMul", [a, b]);
		const alpha = numberOf(attributes, "alpha", 1);
		return [alpha === 1 ? product : g.op("Mul", [product, g.scalar(alpha, product)])];
	}),
	cases: [
		{ inputs: [{ dims: [3, 4] }, { dims: [4, 2] }], precision: "float" },
		{
			inputs: [{ dims: [4, 3] }, { dims: [2, 4] }],
			attributes: { transA: int(1), transB: int(1) },
			precision: "float",
		},
		...[
			[2, 3, 4],
			[2, 1, 4, 3],
		].flatMap((many) =>
			[0, 1].flatMap((transA) =>
				[0, 1].map((transB): OperatorCase => {
					const [rows = 1, columns = 1] = many.slice(-2);
					const inner = transA === 1 ? rows : columns;
					const attributes = { transA: int(transA), transB: int(transB), alpha: float(0.5) };
					return {
						inputs: [{ dims: many }, { dims: transB === 1 ? [7, inner] : [inner, 7] }],
						attributes,
						precision: "float",
					};
				}),
			),
		),
		{ inputs: [{ dims: [1, 2, 3] }, { dims: [4, 3, 9] }], attributes: { alpha: float(0.5) }, precision: "float" },
		{ inputs: [{ dims: [7, 3] }, { dims: [4, 3, 2] }], attributes: { alpha: float(0.5) }, precision: "float" },
	],
};

export const linear = {
	// Y = α A' B' + β C, so dA' = α dY B'ᵀ, dB' = α A'ᵀ dY, dC = β dY
	Gemm: {
		infer: (inputs, attributes) => {
			const [a, b] = [required(inputs, 0), required(inputs, 1)];
			const [transA, transB] = [numberOf(attributes, "transA", 0) === 1, numberOf(attributes, "transB", 0) === 1];
			return [{ type: a.type, dims: gemmDims(a, b, inputs[2], transA, transB) }];
		},
		vjp: ({ g, inputs, dy, attributes }) => {
			const [a, b] = [required(inputs, 0), required(inputs, 1)];
			const [transA, transB] = [numberOf(attributes, "transA", 0), numberOf(attributes, "transB", 0)];
			const [alpha, beta] = [numberOf(attributes, "alpha", 1), numberOf(attributes, "beta", 1)];
			const product = (x: Value, y: Value, transX: number, transY: number): Value =>
				g.op("Gemm", [x, y], { transA: int(transX), transB: int(transY), alpha: float(alpha) });
			return [
				() => (transA === 1 ? product(b, dy, transB, 1) : product(dy, b, 0, 1 - transB)),
				() => (transB === 1 ? product(dy, a, 1, transA) : product(a, dy, 1 - transA, 0)),
				() => (beta === 1 ? dy : g.op("Mul", [dy, g.scalar(beta, dy)])),
			];
		},
		cases: [
			{ inputs: [{ dims: [3, 4] }, { dims: [4, 2] }, { dims: [2] }] },
			{ inputs: [{ dims: [3, 4] }, { dims: [2, 4] }, { dims: [3, 1] }], attributes: { transB: int(1) } },
			{
				inputs: [{ dims: [4, 3] }, { dims: [4, 2] }, { dims: [1, 2] }],
				attributes: { transA: int(1), alpha: float(0.5), beta: float(2) },
			},
			{ inputs: [{ dims: [4, 3] }, { dims: [2, 4] }], attributes: { transA: int(1), transB: int(1) } },
		],
	},
	MatMul: {
		infer: (inputs) => {
			const [a, b] = [required(inputs, 0), required(inputs, 1)];
			return [{ type: a.type, dims: productDims(a, b, false, false) }];
		},
		vjp: fusedMatMul.vjp,
		cases: [
			{ inputs: [{ dims: [3, 4] }, { dims: [4, 2] }], precision: "float" },
			{ inputs: [{ dims: [2, 3, 4] }, { dims: [4, 2] }], precision: "float" },
			{ inputs: [{ dims: [2, 1, 3, 4] }, { dims: [5, 4, 2] }], precision: "float" },
		],
	},
	FusedMatMul: fusedMatMul,
} as const satisfies Record<string, Operator>;
