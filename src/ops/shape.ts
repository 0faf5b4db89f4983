/** Operators that give elements another shape or order. Source: ONNX operator specification, opset 21. */
import { type Attributes, int, ints, numberOf, numbersOf, text, textOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { elementAt, foldElements, foldView } from "./fold-shape.js";
import { broadcastDims, constantIntegers, normalAxis, required, sameAsFirst, typeError } from "./infer.js";
import type { Operator, OperatorCase, Vjp } from "./operator.js";
import { reshape } from "./selection.js";

type Infer = Operator["infer"];

/** The gradient in the shape of the input. */
const reshapeBack: Vjp = ({ g, inputs, dy }) => [() => reshape(g, dy, required(inputs, 0).dims)];

/** An operator that gives its first input another shape. */
function view(
	dimsOf: (x: Value, ...rest: Parameters<Infer>) => readonly number[],
	cases: readonly OperatorCase[],
): Operator {
	const infer: Infer = (inputs, attributes) => {
		const x = required(inputs, 0);
		return [{ type: x.type, dims: dimsOf(x, inputs, attributes) }];
	};
	return { infer, vjp: reshapeBack, fold: foldView(infer), cases };
}

/** The shape that a Reshape asks for: 0 copies the input's dimension, −1 takes the rest. */
function reshaped(x: Value, wanted: readonly number[], allowZero: boolean): readonly number[] {
	const copied = wanted.map((dim, axis) => (dim === 0 && !allowZero ? (x.dims[axis] ?? 0) : dim));
	const known = elementCount(copied.filter((dim) => dim !== -1));
	const dims = copied.map((dim) => (dim === -1 ? elementCount(x.dims) / known : dim));
	if (elementCount(dims) === elementCount(x.dims) && dims.every(Number.isInteger)) return dims;
	const expected = `a shape for the ${String(elementCount(x.dims))} elements of [${x.dims.join()}]`;
	throw typeError("Reshape", expected, `[${wanted.join()}]`);
}

/** The axes that Squeeze removes: all of size 1 where none are named. */
function squeezed(x: Value, axes: Value | undefined): readonly number[] {
	if (axes === undefined) return x.dims.filter((dim) => dim !== 1);
	const removed = constantIntegers(axes, "axes").map((axis) => normalAxis(axis, x.dims.length));
	if (removed.every((axis) => x.dims[axis] === 1)) return x.dims.filter((_, axis) => !removed.includes(axis));
	throw typeError("Squeeze", `axes of size 1 in [${x.dims.join()}]`, `[${removed.join()}]`);
}

function unsqueezed(x: Value, axes: Value): readonly number[] {
	const named = constantIntegers(axes, "axes");
	const rank = x.dims.length + named.length;
	const added = new Set(named.map((axis) => normalAxis(axis, rank)));
	if (added.size < named.length) throw typeError("Unsqueeze", "axes that differ", `[${named.join()}]`);
	const rest = x.dims.values();
	return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.next().value ?? 1)));
}

/** The order of the axes; reversed where none is given. */
function permutationOf({ dims }: Value, attributes: Attributes): readonly number[] {
	const axes = numbersOf(attributes, "perm", [...dims.keys()].reverse());
	if (axes.length === dims.length && dims.every((_, axis) => axes.includes(axis))) return axes;
	throw typeError("Transpose", `a permutation of the axes of [${dims.join()}]`, `[${axes.join()}]`);
}

const transposeInfer: Infer = (inputs, attributes) => {
	const x = required(inputs, 0);
	return [{ type: x.type, dims: permutationOf(x, attributes).map((axis) => x.dims[axis] ?? 1) }];
};

const expandInfer: Infer = (inputs) => {
	const x = required(inputs, 0);
	return [{ type: x.type, dims: broadcastDims([x.dims, constantIntegers(required(inputs, 1), "shape")]) }];
};

const repeatsOf = (inputs: readonly (Value | undefined)[]): readonly number[] => {
	const [x, repeats] = [required(inputs, 0), constantIntegers(required(inputs, 1), "repeats")];
	if (repeats.length === x.dims.length) return repeats;
	throw typeError("Tile", `a number for each axis of [${x.dims.join()}]`, `[${repeats.join()}]`);
};

const tileInfer: Infer = (inputs) => {
	const x = required(inputs, 0);
	const repeats = repeatsOf(inputs);
	return [{ type: x.type, dims: x.dims.map((dim, axis) => dim * (repeats[axis] ?? 1)) }];
};

/** `[batch, channels, height, width]` of images whose blocks of `block` × `block` pixels move to channels or back. */
function imageDims({ dims }: Value): readonly [number, number, number, number] {
	const [batch, channels, height, width] = dims;
	if (batch !== undefined && channels !== undefined && height !== undefined && width !== undefined) {
		return [batch, channels, height, width];
	}
	throw typeError("blocks", "an input of four dimensions", `[${dims.join()}]`);
}

/** The adjoint of DepthToSpace in mode CRD, which orders channels as (channel, row, column). */
function spaceToDepthCrd(g: Graph, dy: Value, block: number): Value {
	const [batch, channels, height, width] = imageDims(dy);
	const [rows, columns] = [height / block, width / block];
	const split = reshape(g, dy, [batch, channels, rows, block, columns, block]);
	const moved = g.op("Transpose", [split], { perm: ints([0, 1, 3, 5, 2, 4]) });
	return reshape(g, moved, [batch, channels * block * block, rows, columns]);
}

const whole = (where: string, dims: readonly number[]): readonly number[] => {
	if (dims.every(Number.isInteger)) return dims;
	throw typeError(where, "a size that blocks divide", `[${dims.join()}]`);
};

export const shape = {
	Reshape: view(
		(x, inputs, attributes) => {
			const wanted = constantIntegers(required(inputs, 1), "shape");
			return reshaped(x, wanted, numberOf(attributes, "allowzero", 0) === 1);
		},
		[
			{ inputs: [{ dims: [3, 4] }, { dims: [2], integers: [2, 6] }] },
			{ inputs: [{ dims: [3, 4] }, { dims: [3], integers: [0, 2, -1] }] },
			{ inputs: [{ dims: [3, 4] }, { dims: [1], integers: [12] }], attributes: { allowzero: int(1) } },
		],
	),
	Flatten: view(
		({ dims }, _inputs, attributes) => {
			const axis = numberOf(attributes, "axis", 1);
			const split = axis < 0 ? axis + dims.length : axis;
			return [elementCount(dims.slice(0, split)), elementCount(dims.slice(split))];
		},
		[{ inputs: [{ dims: [2, 3, 4] }] }, { inputs: [{ dims: [2, 3, 4] }], attributes: { axis: int(2) } }],
	),
	Squeeze: view(
		(x, inputs) => squeezed(x, inputs[1]),
		[{ inputs: [{ dims: [1, 3, 1] }] }, { inputs: [{ dims: [1, 3, 1] }, { dims: [1], integers: [-1] }] }],
	),
	Unsqueeze: view(
		(x, inputs) => unsqueezed(x, required(inputs, 1)),
		[
			{ inputs: [{ dims: [3, 4] }, { dims: [2], integers: [0, -1] }] },
			{ inputs: [{ dims: [] }, { dims: [1], integers: [0] }] },
		],
	),
	Transpose: {
		infer: transposeInfer,
		// The inverse permutation moves the gradient back.
		vjp: ({ g, inputs, dy, attributes }) => {
			const perm = permutationOf(required(inputs, 0), attributes);
			const inverse = perm.map((_, axis) => perm.indexOf(axis));
			return [() => g.op("Transpose", [dy], { perm: ints(inverse) })];
		},
		fold: foldElements(transposeInfer, (inputs, attributes) => {
			const x = required(inputs, 0);
			const perm = permutationOf(x, attributes);
			return (coordinates) =>
				elementAt(
					x,
					perm.map((_, axis) => coordinates[perm.indexOf(axis)] ?? 0),
				);
		}),
		cases: [{ inputs: [{ dims: [3, 4] }] }, { inputs: [{ dims: [2, 3, 4] }], attributes: { perm: ints([1, 2, 0]) } }],
	},
	// The engine sums the gradient over what was stretched.
	Expand: {
		infer: expandInfer,
		vjp: ({ dy }) => [() => dy],
		fold: foldElements(expandInfer, (inputs) => {
			const x = required(inputs, 0);
			return (coordinates) => {
				const own = coordinates.slice(coordinates.length - x.dims.length);
				return elementAt(
					x,
					own.map((at, axis) => (x.dims[axis] === 1 ? 0 : at)),
				);
			};
		}),
		cases: [
			{ inputs: [{ dims: [3, 1] }, { dims: [2], integers: [3, 4] }] },
			{ inputs: [{ dims: [4] }, { dims: [3], integers: [2, 3, 1] }] },
		],
	},
	// dx = Σ dy over the copies
	Tile: {
		infer: tileInfer,
		vjp: ({ g, inputs, dy }) => {
			const x = required(inputs, 0);
			const apart = x.dims.flatMap((dim, axis) => [repeatsOf(inputs)[axis] ?? 1, dim]);
			const copies = g.integers(x.dims.map((_, axis) => 2 * axis));
			return [
				() => (x.dims.length === 0 ? dy : g.op("ReduceSum", [reshape(g, dy, apart), copies], { keepdims: int(0) })),
			];
		},
		fold: foldElements(tileInfer, (inputs) => {
			const x = required(inputs, 0);
			return (coordinates) =>
				elementAt(
					x,
					x.dims.map((dim, axis) => (coordinates[axis] ?? 0) % dim),
				);
		}),
		cases: [
			{ inputs: [{ dims: [3, 2] }, { dims: [2], integers: [2, 3] }] },
			{ inputs: [{ dims: [3] }, { dims: [1], integers: [1] }] },
		],
	},
	// Elements change places, so the gradient takes the way back.
	DepthToSpace: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const [batch, channels, height, width] = imageDims(x);
			const block = numberOf(attributes, "blocksize", 1);
			const dims = [batch, channels / block ** 2, height * block, width * block];
			return [{ type: x.type, dims: whole("DepthToSpace", dims) }];
		},
		vjp: ({ g, dy, attributes }) => {
			const block = numberOf(attributes, "blocksize", 1);
			if (textOf(attributes, "mode", "DCR") === "CRD") return [() => spaceToDepthCrd(g, dy, block)];
			return [() => g.op("SpaceToDepth", [dy], { blocksize: int(block) })];
		},
		cases: [
			{ inputs: [{ dims: [2, 8, 1, 3] }], attributes: { blocksize: int(2) } },
			{ inputs: [{ dims: [1, 8, 2, 1] }], attributes: { blocksize: int(2), mode: text("CRD") } },
		],
	},
	SpaceToDepth: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const [batch, channels, height, width] = imageDims(x);
			const block = numberOf(attributes, "blocksize", 1);
			const dims = [batch, channels * block ** 2, height / block, width / block];
			return [{ type: x.type, dims: whole("SpaceToDepth", dims) }];
		},
		vjp: ({ g, dy, attributes }) => {
			const block = numberOf(attributes, "blocksize", 1);
			return [() => g.op("DepthToSpace", [dy], { blocksize: int(block) })];
		},
		cases: [{ inputs: [{ dims: [2, 1, 4, 6] }], attributes: { blocksize: int(2) } }],
	},
	// The identity in inference; in training a product with a fresh mask (Srivastava et al. 2014, inverted).
	Dropout: {
		infer: sameAsFirst,
		// In inference the ratio is not read; in training it must be known while building.
		vjp: ({ dy }) => [() => dy, "none"],
		train: (g, inputs, _attributes, { dropoutMask }) => {
			const x = required(inputs, 0);
			const ratio = inputs[1] === undefined ? 0.5 : constantNumber(inputs[1]);
			return [ratio === 0 ? x : g.op("Mul", [x, dropoutMask(x, ratio)])];
		},
		cases: [{ inputs: [{ dims: [3, 4] }] }, { inputs: [{ dims: [3, 4] }, { dims: [], from: 0.1, to: 0.9 }] }],
	},
} as const satisfies Record<string, Operator>;

function constantNumber(value: Value): number {
	const [number] = value.constant?.data ?? [];
	if (number === undefined) throw typeError("Dropout", "a ratio known while building", `the value of ${value.name}`);
	return Number(number);
}
