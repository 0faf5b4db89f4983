/** Generated cases of convolution, pooling and normalisation. */
import { type Attributes, float, int, ints, textOf } from "../../src/graph/attributes.js";
import type { OperatorCase } from "../../src/ops/operator.js";
import type { Draws } from "./draws.js";

const listOf = (count: number, make: () => number): readonly number[] => Array.from({ length: count }, make);

/** `[batch, channels, …]` with one to three spatial axes. */
const imageShape = (draws: Draws): readonly number[] => [
	draws.integer(1, 2),
	draws.integer(1, 3),
	...listOf(draws.integer(1, 3), () => draws.integer(1, 4)),
];

function padding(draws: Draws, kernel: readonly number[]): Attributes {
	const choice = draws.integer(0, 5);
	const automatic = ["SAME_UPPER", "SAME_LOWER", "VALID"][choice];
	if (automatic !== undefined) return { auto_pad: { kind: "string", value: automatic } };
	return choice === 3 ? {} : { pads: ints([...kernel, ...kernel].map((side) => draws.integer(0, side - 1))) };
}

const isSame = (attributes: Attributes): boolean => textOf(attributes, "auto_pad", "NOTSET").startsWith("SAME");

/** Windows of any size, stride, padding and dilation, over one or two axes that hold one at least. */
function windows(draws: Draws, extra: Attributes): OperatorCase {
	const rank = draws.integer(1, 2);
	const kernel = listOf(rank, () => draws.integer(1, 3));
	const pads = padding(draws, kernel);
	// ONNX Runtime computes automatic padding as if there were no dilation.
	const dilations = kernel.map(() => ("auto_pad" in pads ? 1 : draws.integer(1, 2)));
	const strides = kernel.map((side) => draws.integer(1, "auto_pad" in pads ? side : 3));
	const spatial = kernel.map((side, axis) => (side - 1) * (dilations[axis] ?? 1) + 1 + draws.integer(0, 5));
	return {
		inputs: [{ dims: [draws.integer(1, 2), draws.integer(1, 2), ...spatial], from: -2, to: 2, distinct: true }],
		attributes: {
			kernel_shape: ints(kernel),
			strides: ints(strides),
			dilations: ints(dilations),
			ceil_mode: int(draws.integer(0, 1)),
			...pads,
			...extra,
		},
		precision: "float",
	};
}

/** Windows side by side that cover the input. */
function tiles(draws: Draws): OperatorCase {
	const kernel = listOf(2, () => draws.integer(1, 3));
	const spatial = kernel.map((side) => side * draws.integer(1, 3));
	return {
		inputs: [{ dims: [draws.integer(1, 2), draws.integer(1, 2), ...spatial], from: -2, to: 2, distinct: true }],
		attributes: { kernel_shape: ints(kernel), strides: ints(kernel) },
		precision: "float",
	};
}

/** How many groups, channels a group, and channels that a group makes. */
const channelsOf = (draws: Draws): readonly [groups: number, inputs: number, outputs: number] => [
	draws.integer(1, 2),
	draws.integer(1, 2),
	draws.integer(1, 2),
];

/** A convolution of any group, stride, padding and dilation, over one or two axes. */
function convolution(draws: Draws): OperatorCase {
	const rank = draws.integer(1, 2);
	const [group, inputs, outputs] = channelsOf(draws);
	const kernel = listOf(rank, () => draws.integer(1, 3));
	const pads = padding(draws, kernel);
	const dilations = kernel.map(() => (isSame(pads) ? 1 : draws.integer(1, 2)));
	const spatial = kernel.map((side, axis) => (side - 1) * (dilations[axis] ?? 1) + 1 + draws.integer(0, 3));
	const bias = draws.chance(0.5) ? [{ dims: [group * outputs] }] : [];
	return {
		inputs: [
			{ dims: [draws.integer(1, 2), group * inputs, ...spatial] },
			{ dims: [group * outputs, inputs, ...kernel] },
			...bias,
		],
		attributes: {
			strides: ints(kernel.map(() => draws.integer(1, 3))),
			dilations: ints(dilations),
			group: int(group),
			...pads,
		},
		precision: "float",
	};
}

/** Where the output of a transposed convolution ends: by padding, by a shape asked for, or by what windows reach. */
function transposedEnd(draws: Draws, reached: readonly number[], strides: readonly number[]): Attributes {
	const asked = reached.map((size, axis) => size + draws.integer(1 - Math.min(size, 4), (strides[axis] ?? 1) - 1));
	const automatic = { kind: "string", value: draws.chance(0.5) ? "SAME_UPPER" : "SAME_LOWER" } as const;
	const paddings: Attributes = {
		output_padding: ints(strides.map((stride) => draws.integer(0, stride - 1))),
		pads: ints([...reached, ...reached].map((size) => (size > 2 ? draws.integer(0, 1) : 0))),
	};
	const ends: readonly Attributes[] = [
		{ output_shape: ints(asked) },
		{ output_shape: ints(asked), auto_pad: automatic },
		{ auto_pad: automatic },
		paddings,
	];
	return ends[draws.integer(0, ends.length - 1)] ?? paddings;
}

/** A transposed convolution of any group, stride and dilation that ends anywhere, over one or two axes. */
function transposedConvolution(draws: Draws): OperatorCase {
	const rank = draws.integer(1, 2);
	const [group, inputs, outputs] = channelsOf(draws);
	const kernel = listOf(rank, () => draws.integer(2, 3));
	const dilations = kernel.map(() => draws.integer(1, 2));
	const strides = kernel.map((side) => draws.integer(1, side));
	const spatial = kernel.map(() => draws.integer(1, 4));
	const reached = spatial.map(
		(size, axis) => (strides[axis] ?? 1) * (size - 1) + ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1,
	);
	const bias = draws.chance(0.5) ? [{ dims: [group * outputs] }] : [];
	return {
		inputs: [
			{ dims: [draws.integer(1, 2), group * inputs, ...spatial] },
			{ dims: [group * inputs, outputs, ...kernel] },
			...bias,
		],
		attributes: {
			strides: ints(strides),
			dilations: ints(dilations),
			group: int(group),
			...transposedEnd(draws, reached, strides),
		},
		precision: "float",
	};
}

const pooled =
	(extra: (draws: Draws) => Attributes) =>
	(draws: Draws): OperatorCase =>
		draws.chance(0.3) ? tiles(draws) : windows(draws, extra(draws));

const globally = (draws: Draws): OperatorCase => ({
	inputs: [{ dims: imageShape(draws), distinct: true }],
	precision: "float",
});

const overLastAxes =
	(weights: number) =>
	(draws: Draws): OperatorCase => {
		const dims = [...listOf(draws.integer(0, 2), () => draws.integer(1, 4)), draws.integer(2, 5)];
		const axis = draws.integer(0, dims.length - 1);
		const count = draws.integer(1, weights);
		return {
			inputs: [{ dims }, ...listOf(count, () => 0).map(() => ({ dims: dims.slice(axis) }))],
			attributes: { axis: int(draws.chance(0.5) ? axis : axis - dims.length), epsilon: float(0.1) },
		};
	};

/** An image whose groups of channels hold two elements at least, with scale and bias. */
function overGroups(draws: Draws, groups: number, channels: number): OperatorCase {
	// Few, since ONNX Runtime's rounding adds up in the differences.
	const spatial = [2, ...listOf(draws.integer(0, 1), () => draws.integer(1, 4))];
	const weights = { dims: [channels] };
	return {
		inputs: [{ dims: [draws.integer(1, 2), channels, ...spatial], from: -2, to: 2 }, weights, weights],
		attributes: { epsilon: float(0.1), ...(groups === 0 ? {} : { num_groups: int(groups) }) },
		precision: "float",
	};
}

/** How to generate a case, by operator. */
export const poolAndNormalization = {
	Conv: convolution,
	ConvTranspose: transposedConvolution,
	BatchNormalization: (draws: Draws): OperatorCase => {
		const dims = [draws.integer(1, 3), draws.integer(1, 3), ...listOf(draws.integer(0, 2), () => draws.integer(1, 4))];
		const channels = { dims: dims.slice(1, 2) };
		return { inputs: [{ dims }, channels, channels, channels, { ...channels, from: 0.5, to: 2 }] };
	},
	MaxPool: pooled(() => ({})),
	AveragePool: pooled((draws) => ({ count_include_pad: int(draws.integer(0, 1)) })),
	GlobalAveragePool: globally,
	GlobalMaxPool: globally,
	LayerNormalization: overLastAxes(2),
	SimplifiedLayerNormalization: overLastAxes(1),
	InstanceNormalization: (draws: Draws): OperatorCase => overGroups(draws, 0, draws.integer(1, 3)),
	GroupNormalization: (draws: Draws): OperatorCase => {
		const groups = draws.integer(1, 3);
		return overGroups(draws, groups, groups * draws.integer(1, 3));
	},
	MeanVarianceNormalization: (draws: Draws): OperatorCase => ({
		inputs: [{ dims: [2, draws.integer(1, 3), draws.integer(1, 3), draws.integer(2, 3)] }],
		attributes: draws.chance(0.5) ? {} : { axes: ints([0, 1, 2, 3]) },
		precision: "float",
	}),
	LpNormalization: (draws: Draws): OperatorCase => {
		const dims = listOf(draws.integer(1, 3), () => draws.integer(1, 4));
		const axis = draws.integer(-dims.length, dims.length - 1);
		return { inputs: [{ dims }], attributes: { axis: int(axis), p: int(draws.integer(1, 2)) } };
	},
	LRN: (draws: Draws): OperatorCase => ({
		inputs: [{ dims: [draws.integer(1, 2), draws.integer(1, 5), draws.integer(1, 3), draws.integer(1, 3)] }],
		attributes: { size: int(2 * draws.integer(0, 2) + 1), alpha: float(0.5), bias: float(draws.integer(1, 2)) },
		precision: "float",
	}),
};
