/** Where the windows of a convolution lie. Source: ONNX operator specification, Conv and ConvTranspose. */
import { type Attributes, numberOf, numbersOf, textOf } from "../graph/attributes.js";
import { describeType, type Value } from "../graph/value.js";
import { typeError } from "./infer.js";

/** The windows of a convolution, every list over its spatial axes. */
export interface Geometry {
	/** Sizes of the side that windows slide over: the input of Conv, the output of ConvTranspose. */
	readonly spatial: readonly number[];
	/** How many windows there are: sizes of the output of Conv, of the input of ConvTranspose. */
	readonly output: readonly number[];
	readonly kernel: readonly number[];
	readonly strides: readonly number[];
	readonly dilations: readonly number[];
	/** At the beginning of every axis, then at the end of every axis. */
	readonly pads: readonly number[];
	readonly group: number;
}

type Windows = Pick<Geometry, "kernel" | "strides" | "dilations" | "group"> & { readonly autoPad: string };

function windowsOf(name: string, x: Value, w: Value, attributes: Attributes): Windows {
	const rank = x.dims.length - 2;
	if (rank < 1 || w.dims.length !== x.dims.length) {
		const expected = "an input [batch, channels, …] and weights of as many dimensions";
		throw typeError(name, expected, `${describeType(x)} and ${describeType(w)}`);
	}
	const ones = Array.from({ length: rank }, () => 1);
	const kernel = w.dims.slice(2);
	const named = numbersOf(attributes, "kernel_shape", kernel);
	if (named.join() !== kernel.join()) throw typeError(name, `kernel_shape [${kernel.join()}]`, `[${named.join()}]`);
	return {
		kernel,
		strides: numbersOf(attributes, "strides", ones),
		dilations: numbersOf(attributes, "dilations", ones),
		group: numberOf(attributes, "group", 1),
		autoPad: textOf(attributes, "auto_pad", "NOTSET"),
	};
}

const at = (list: readonly number[], axis: number, fallback = 1): number => list[axis] ?? fallback;

/** Steps from a window's first element to its last, plus one. */
const extent = ({ kernel, dilations }: Pick<Geometry, "kernel" | "dilations">, axis: number): number =>
	(at(kernel, axis) - 1) * at(dilations, axis) + 1;

/** Total padding of every axis, split: the odd element goes to the end, or to the beginning. */
export function splitPads(totals: readonly number[], oddAtEnd: boolean): readonly number[] {
	const halves = totals.map((total) => Math.floor(total / 2));
	const rest = totals.map((total, axis) => total - at(halves, axis));
	return oddAtEnd ? [...halves, ...rest] : [...rest, ...halves];
}

/**
 * The geometry of Conv.
 *
 * @param x - `[batch, channels, …spatial]`.
 * @param w - `[outputs, channels / group, …kernel]`.
 * @throws LimbeckError (`model`) where they do not fit.
 */
export function geometryOf(x: Value, w: Value, attributes: Attributes): Geometry {
	const windows = windowsOf("Conv", x, w, attributes);
	const { group, strides, autoPad } = windows;
	const spatial = x.dims.slice(2);
	const [outputs = 1, inputs = 1] = w.dims;
	if (x.dims[1] !== inputs * group || outputs % group !== 0) {
		const expected = `weights for ${String(x.dims[1])} channels in ${String(group)} groups`;
		throw typeError("Conv", expected, describeType(w));
	}
	const none = spatial.flatMap(() => [0, 0]);
	if (autoPad.startsWith("SAME") && windows.dilations.some((dilation) => dilation !== 1)) {
		const expected = "pads in place of auto_pad SAME where there are dilations (ONNX Runtime has no such convolution)";
		throw typeError("Conv", expected, `dilations [${windows.dilations.join()}]`);
	}
	const totals = spatial.map((size, axis) => {
		const needed = (Math.ceil(size / at(strides, axis)) - 1) * at(strides, axis) + extent(windows, axis) - size;
		return Math.max(0, needed);
	});
	const pads = autoPad.startsWith("SAME")
		? splitPads(totals, autoPad === "SAME_UPPER")
		: autoPad === "VALID"
			? none
			: numbersOf(attributes, "pads", none);
	const output = spatial.map((size, axis) => {
		const room = size + at(pads, axis, 0) + at(pads, axis + spatial.length, 0) - extent(windows, axis);
		return Math.floor(room / at(strides, axis)) + 1;
	});
	if (output.some((size) => size < 1)) {
		throw typeError("Conv", `an input of at least one window [${windows.kernel.join()}]`, describeType(x));
	}
	return { ...windows, spatial, output, pads };
}

/**
 * The geometry of ConvTranspose, as that of the Conv which it is the adjoint of. Where an output shape is asked for, the
 * padding follows from it, and an odd element goes to the beginning unless `auto_pad` is SAME_UPPER.
 *
 * @param x - `[batch, channels, …spatial]`.
 * @param w - `[channels, outputs / group, …kernel]`.
 * @throws LimbeckError (`model`) where they do not fit.
 */
export function transposedGeometryOf(x: Value, w: Value, attributes: Attributes): Geometry {
	const windows = windowsOf("ConvTranspose", x, w, attributes);
	const { strides, autoPad } = windows;
	const output = x.dims.slice(2);
	if (x.dims[1] !== w.dims[0] || at(w.dims, 0) % windows.group !== 0) {
		throw typeError("ConvTranspose", `weights for ${String(x.dims[1])} channels`, describeType(w));
	}
	const none = output.flatMap(() => [0, 0]);
	const extra = numbersOf(attributes, "output_padding", none);
	const reached = output.map(
		(size, axis) => at(strides, axis) * (size - 1) + at(extra, axis, 0) + extent(windows, axis),
	);
	const same = output.map((size, axis) => size * at(strides, axis));
	const wanted = numbersOf(attributes, "output_shape", autoPad.startsWith("SAME") ? same : []);
	// There ONNX Runtime's output is smaller than ONNX says, or it refuses.
	const unreached = wanted.some((size, axis) => size >= at(reached, axis) + at(strides, axis));
	const short = attributes["output_shape"] === undefined && wanted.some((size, axis) => size > at(reached, axis));
	if (unreached || short) {
		const expected = `an output of at most [${reached.join()}], which its windows reach`;
		throw typeError("ConvTranspose", expected, `[${wanted.join()}]`);
	}
	const totals = wanted.map((size, axis) => Math.max(0, at(reached, axis) - size));
	const named = autoPad === "VALID" ? none : numbersOf(attributes, "pads", none);
	const pads = wanted.length > 0 ? splitPads(totals, autoPad === "SAME_UPPER") : named;
	const spatial = reached.map((size, axis) =>
		// A shape larger than what the windows reach is filled up at the end.
		at(wanted, axis, size - at(pads, axis, 0) - at(pads, axis + output.length, 0)),
	);
	return { ...windows, spatial, output, pads };
}
