/** Fourier transforms and what goes with them. Source: ONNX operator specification, DFT-20, STFT-17, MelWeightMatrix-17. */
import { type Attributes, int, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { integerTensor } from "./fold-shape.js";
import { constantIntegers, elementType, normalAxis, required, typeError } from "./infer.js";
import type { Composite, Operator, OperatorCase } from "./operator.js";
import { inFloat, realTensor, scaled } from "./rules.js";
import { padZeros, reshape, sequence, sliceAlong, withSize } from "./selection.js";

type Inputs = readonly (Value | undefined)[];

/** The number of an input that must be known. */
function knownNumber(value: Value, what: string): number {
	const [number] = constantIntegers(value, what);
	if (number !== undefined) return number;
	throw typeError(what, "a number", describeType(value));
}

/** A transform: along which axis, of how many elements, and which way. */
interface Transform {
	readonly axis: number;
	/** Elements of a period. */
	readonly length: number;
	readonly inverse: boolean;
	/** Half of the spectrum stands for all of it: that of a real signal mirrors itself. */
	readonly onesided: boolean;
}

/** How many numbers of a spectrum of `length` do not mirror others. */
const halfOf = (length: number): number => Math.floor(length / 2) + 1;

function transformOf(inputs: Inputs, attributes: Attributes): Transform {
	const { dims } = required(inputs, 0);
	const axis = normalAxis(inputs[2] === undefined ? -2 : knownNumber(inputs[2], "axis"), dims.length);
	const [inverse, onesided] = [numberOf(attributes, "inverse", 0) === 1, numberOf(attributes, "onesided", 0) === 1];
	const [size, parts] = [dims[axis] ?? 1, dims.at(-1) ?? 0];
	if (axis === dims.length - 1 || (parts !== 1 && parts !== 2)) {
		throw typeError("DFT", "an input […, 1] or […, 2] and another axis than the last", describeType(inputs[0]));
	}
	if (onesided && parts !== (inverse ? 2 : 1)) {
		const expected = inverse ? "complex numbers […, 2]" : "real numbers […, 1]";
		throw typeError("DFT", `${expected} where it is onesided`, describeType(inputs[0]));
	}
	const halved = inverse && onesided;
	const own = halved ? 2 * (size - 1) : size;
	const length = inputs[1] === undefined ? own : knownNumber(inputs[1], "dft_length");
	// For other lengths ONNX Runtime fills the other half wrongly.
	if (!halved || halfOf(length) === size) return { axis, length, inverse, onesided };
	throw typeError("DFT", `dft_length ${2 * (size - 1)} or ${2 * size - 1}, of which ${size} are half`, String(length));
}

/** What comes out. */
function transformedDims({ dims }: Value, { axis, length, inverse, onesided }: Transform): readonly number[] {
	const size = onesided && !inverse ? halfOf(length) : length;
	return [...withSize(dims, axis, size).slice(0, -1), onesided && inverse ? 1 : 2];
}

/** The first `size` elements along an axis, zeros behind the last. */
function ofSize(g: Graph, x: Value, axis: number, size: number): Value {
	const own = x.dims[axis] ?? 0;
	const cut = own > size ? sliceAlong(g, x, axis, 0, size) : x;
	const none = x.dims.map(() => 0);
	return padZeros(g, cut, none, none.with(axis, Math.max(0, size - own)));
}

/** The transform and no more: Σ x e^(∓2πi kn/N), without the 1/N of an inverse one. */
function turned(g: Graph, x: Value, { axis, length }: Transform, inverse: boolean): Value {
	const along = g.constant(integerTensor([], [axis]));
	const y = g.op("DFT", [x, undefined, along], { inverse: int(inverse ? 1 : 0) });
	return inverse ? scaled(g, y, length) : y;
}

/** How often each number of half a spectrum stands in all of it, as a constant that multiplies […, bins, …, 2]. */
function repetitions(g: Graph, like: Value, { axis, length }: Transform): Value {
	const bins = halfOf(length);
	const once = (bin: number): boolean => bin === 0 || 2 * bin === length;
	const counts = sequence(bins).map((bin) => (once(bin) ? 1 : 2));
	return reshape(
		g,
		g.constant(realTensor(like, [bins], counts)),
		withSize(
			like.dims.map(() => 1),
			axis,
			bins,
		),
	);
}

/** The adjoint of a transform: the transform back, with the scale of the way there. */
function transformGradient(g: Graph, x: Value, dy: Value, transform: Transform): Value {
	const { axis, length, inverse, onesided } = transform;
	const whole = inverse ? dy : ofSize(g, dy, axis, length);
	const back = turned(g, whole, transform, !inverse);
	const scaledBack = inverse ? scaled(g, back, 1 / length) : back;
	const folded =
		inverse && onesided
			? g.op("Mul", [sliceAlong(g, scaledBack, axis, 0, halfOf(length)), repetitions(g, scaledBack, transform)])
			: scaledBack;
	const placed = ofSize(g, folded, axis, x.dims[axis] ?? 0);
	return sliceAlong(g, placed, x.dims.length - 1, 0, x.dims.at(-1) ?? 1);
}

/** Weights of a window, a number for each of `size` places. */
const window: Operator = {
	infer: (inputs, attributes) => [
		{
			type: elementType(numberOf(attributes, "output_datatype", 1)),
			dims: [knownNumber(required(inputs, 0), "size")],
		},
	],
	vjp: "nondifferentiable",
	cases: [
		{ inputs: [{ dims: [], integers: [5] }] },
		{ inputs: [{ dims: [], integers: [6] }], attributes: { periodic: int(0), output_datatype: int(11) } },
	],
};

/** Cases of transforms in both directions, whole and of half the spectrum. */
const transformCases: readonly OperatorCase[] = [
	{ inputs: [{ dims: [2, 6, 1] }] },
	{ inputs: [{ dims: [2, 5, 2] }], attributes: { inverse: int(1) } },
	{ inputs: [{ dims: [2, 5, 3, 2] }, { dims: [], integers: [4] }, { dims: [], integers: [1] }] },
	{ inputs: [{ dims: [2, 5, 1] }, { dims: [], integers: [8] }, { dims: [], integers: [-2] }] },
	...[5, 6].map((size) => ({ inputs: [{ dims: [2, size, 1] }], attributes: { onesided: int(1) } })),
	{ inputs: [{ dims: [2, 4, 1] }, { dims: [], integers: [7] }], attributes: { onesided: int(1) } },
	{ inputs: [{ dims: [3, 4, 1] }], attributes: { inverse: int(1) } },
	{ inputs: [{ dims: [2, 4, 2] }], attributes: { inverse: int(1), onesided: int(1) } },
	...[6, 7].map((length) => ({
		inputs: [{ dims: [2, 4, 2] }, { dims: [], integers: [length] }],
		attributes: { inverse: int(1), onesided: int(1) },
	})),
];

export const signal = {
	// y = F x: dx = F* dy
	DFT: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			return [{ type: x.type, dims: transformedDims(x, transformOf(inputs, attributes)) }];
		},
		vjp: ({ g, inputs, dy, attributes }) => [
			() => transformGradient(g, required(inputs, 0), dy, transformOf(inputs, attributes)),
		],
		// ONNX Runtime's doubles have the accuracy of floats here.
		cases: inFloat(transformCases),
	},
	HannWindow: window,
	HammingWindow: window,
	BlackmanWindow: window,
	// Triangles over the spectrum, one for each band.
	MelWeightMatrix: {
		infer: (inputs, attributes) => {
			const [bands, length] = [
				knownNumber(required(inputs, 0), "bands"),
				knownNumber(required(inputs, 1), "dft_length"),
			];
			return [{ type: elementType(numberOf(attributes, "output_datatype", 1)), dims: [halfOf(length), bands] }];
		},
		vjp: "nondifferentiable",
		cases: inFloat([
			{
				inputs: [
					...[4, 16, 8000].map((number) => ({ dims: [], integers: [number] })),
					...[0, 4000].map((hertz) => ({ dims: [], from: hertz, to: hertz, fixed: true })),
				],
			},
		]),
	},
} as const satisfies Record<string, Operator>;

/** Samples of all frames together: their places are in the graph. */
const mostPlaces = 2 ** 26;

/** Where the frames of a signal lie. */
function framesOf(inputs: Inputs): { readonly count: number; readonly step: number; readonly length: number } {
	const [x, window] = [required(inputs, 0), inputs[2]];
	const size = x.dims[1] ?? 0;
	const step = knownNumber(required(inputs, 1), "frame_step");
	const length = inputs[3] === undefined ? window?.dims[0] : knownNumber(inputs[3], "frame_length");
	if (length === undefined) throw typeError("STFT", "a window or frame_length", "neither");
	if (step < 1 || length < 1 || length > size) {
		throw typeError("STFT", `frames within ${size} samples`, `frame_length ${length}, frame_step ${step}`);
	}
	const count = Math.floor((size - length) / step) + 1;
	if (count * length <= mostPlaces) return { count, step, length };
	throw typeError("STFT", `frames of up to ${mostPlaces} samples together`, String(count * length));
}

export const signalComposites = {
	// Frames of the signal, times the window, transformed
	STFT: {
		attributes: { onesided: [0, 1] },
		expand: (g, inputs, attributes) => {
			const x = required(inputs, 0);
			const [batch = 1, size = 1, parts = 1] = x.dims;
			// ONNX Runtime's own transform of complex signals is wrong for most lengths.
			if (parts !== 1) throw typeError("STFT", "a real signal [batch, samples, 1]", describeType(x));
			const { count, step, length } = framesOf(inputs);
			const places = sequence(count).flatMap((frame) => sequence(length, frame * step));
			const indices = g.constant(integerTensor([count, length], places));
			const frames = g.op("Gather", [reshape(g, x, [batch, size, parts]), indices], { axis: int(1) });
			const weighted = inputs[2] === undefined ? frames : g.op("Mul", [frames, reshape(g, inputs[2], [length, 1])]);
			return [g.op("DFT", [weighted], { onesided: int(numberOf(attributes, "onesided", 1)) })];
		},
		cases: inFloat([
			{
				inputs: [{ dims: [1, 8, 1] }, { dims: [], integers: [3] }, { dims: [3] }, { dims: [], integers: [3] }],
				attributes: { onesided: int(0) },
			},
			{ inputs: [{ dims: [2, 9, 1] }, { dims: [], integers: [3] }, { dims: [4] }] },
			{ inputs: [{ dims: [1, 8] }, { dims: [], integers: [2] }, undefined, { dims: [], integers: [5] }] },
		]),
	},
} as const satisfies Record<string, Composite>;
