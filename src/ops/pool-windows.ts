/** Where the windows of a pooling lie. Source: ONNX operator specification, AveragePool and MaxPool (opset 22). */
import { type Attributes, numberOf, numbersOf, textOf } from "../graph/attributes.js";
import { describeType, type Value, type ValueType } from "../graph/value.js";
import { splitPads } from "./convolution-geometry.js";
import { typeError } from "./infer.js";

/** The windows along one axis. */
export interface Windows {
	/** Elements of the input. */
	readonly size: number;
	/** How many windows there are: elements of the output. */
	readonly count: number;
	readonly kernel: number;
	readonly stride: number;
	readonly dilation: number;
	/** Padding at the beginning and at the end. */
	readonly before: number;
	readonly after: number;
}

/** Steps from a window's first element to its last, plus one. */
export const extentOf = ({ kernel, dilation }: Pick<Windows, "kernel" | "dilation">): number =>
	(kernel - 1) * dilation + 1;

/** The windows that fit, and with `ceil` one that reaches over the end if it does not begin behind the input. */
function countOf({ size, stride, before, after, ...window }: Omit<Windows, "count">, ceil: boolean): number {
	const steps = (size + before + after - extentOf(window)) / stride;
	if (!ceil) return Math.floor(steps) + 1;
	const count = Math.ceil(steps) + 1;
	return (count - 1) * stride >= size + before ? count - 1 : count;
}

/**
 * The windows along each spatial axis.
 *
 * @param x - `[batch, channels, …spatial]`.
 * @throws LimbeckError (`model`) where they do not fit.
 */
export function windowsOf(operator: string, x: Value, attributes: Attributes): readonly Windows[] {
	const spatial = x.dims.slice(2);
	const kernel = numbersOf(attributes, "kernel_shape", []);
	if (spatial.length === 0 || kernel.length !== spatial.length) {
		const expected = `an input [batch, channels, …] with ${String(kernel.length)} spatial axes, as many as kernel_shape`;
		throw typeError(operator, expected, describeType(x));
	}
	const ones = spatial.map(() => 1);
	const [strides, dilations] = [numbersOf(attributes, "strides", ones), numbersOf(attributes, "dilations", ones)];
	const none = spatial.flatMap(() => [0, 0]);
	const autoPad = textOf(attributes, "auto_pad", "NOTSET");
	const plain = spatial.map((size, axis) => ({
		size,
		kernel: kernel[axis] ?? 1,
		stride: strides[axis] ?? 1,
		dilation: dilations[axis] ?? 1,
	}));
	const same = plain.map(({ size, stride, ...window }) =>
		Math.max(0, (Math.ceil(size / stride) - 1) * stride + extentOf(window) - size),
	);
	const named = autoPad === "NOTSET" ? numbersOf(attributes, "pads", none) : none;
	const pads = autoPad.startsWith("SAME") ? splitPads(same, autoPad === "SAME_UPPER") : named;
	const ceil = numberOf(attributes, "ceil_mode", 0) === 1;
	return plain.map((axis, index) => {
		const placed = { ...axis, before: pads[index] ?? 0, after: pads[index + spatial.length] ?? 0 };
		const count = countOf(placed, ceil);
		if (count > 0) return { ...placed, count };
		throw typeError(operator, `an input of at least one window [${kernel.join()}]`, describeType(x));
	});
}

/** Element type and shape of what a pooling gives. */
export function pooledType({ type, dims }: Value, windows: readonly Windows[]): ValueType {
	return { type, dims: [...dims.slice(0, 2), ...windows.map(({ count }) => count)] };
}

/** Whether no element lies in two windows. */
export function areDisjoint(windows: readonly Windows[]): boolean {
	return windows.every((axis) => axis.count === 1 || axis.stride >= extentOf(axis));
}

/** Whether every element lies in exactly one window, and every window has its elements side by side. */
export function areTiles(windows: readonly Windows[]): boolean {
	return windows.every(({ size, count, kernel, stride, dilation, before, after }) => {
		return before === 0 && after === 0 && dilation === 1 && stride === kernel && count * kernel === size;
	});
}

/**
 * Means over the windows as a matrix, `[windows][elements]`.
 *
 * @param countPadding - whether padding counts as elements, of value 0.
 */
export function averagingMatrix(windows: Windows, countPadding: boolean): readonly (readonly number[])[] {
	const { size, count, kernel, stride, dilation, before, after } = windows;
	const inside = (at: number): boolean => at >= 0 && at < size;
	const counted = (at: number): boolean => (countPadding ? at >= -before && at < size + after : inside(at));
	return Array.from({ length: count }, (_, window) => {
		const elements = Array.from({ length: kernel }, (_1, index) => window * stride + index * dilation - before);
		const divisor = elements.filter(counted).length;
		const row = Array.from({ length: size }, () => 0);
		for (const at of elements.filter(inside)) row[at] = 1 / divisor;
		return row;
	});
}
