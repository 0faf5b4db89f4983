/** What the numbers of a tensor alone tell: tables that arithmetic made, and masks, are no weights. */
import { fromHalf } from "../onnx/half.js";
import { elementCount, type Tensor, type TensorOf } from "../onnx/tensor.js";
import { isFloating } from "../ops/rules.js";

/** A tensor of real numbers. */
export type RealTensor = TensorOf<"float"> | TensorOf<"float16"> | TensorOf<"double">;

/** The elements of a tensor as numbers. */
export function realElements(tensor: RealTensor): ArrayLike<number> {
	return tensor.type === "float16" ? Float32Array.from(tensor.data, fromHalf) : tensor.data;
}

/** Whether every element is the same number. */
export function isFilled(elements: ArrayLike<number>): boolean {
	return every(elements, (value) => value === elements[0]);
}

/** Whether a tensor is one of real numbers. */
export function isReal(tensor: Tensor): tensor is RealTensor {
	return isFloating(tensor.type);
}

/** Whether nothing that was learnt or drawn is in a tensor: real numbers that are all the same. */
export function isFresh(tensor: Tensor): boolean {
	return isReal(tensor) && isFilled(realElements(tensor));
}

/** How many axes of a tensor have more than one place. */
export function longAxes({ dims }: Pick<Tensor, "dims">): number {
	return dims.filter((size) => size > 1).length;
}

/** Whether a tensor is zeros over three axes at least, as a fresh bias for each head and pair of positions is. */
export function isFreshTable(tensor: Tensor): boolean {
	return isFresh(tensor) && longAxes(tensor) >= 3 && Number(tensor.data[0]) === 0;
}

/** Whether every element is a whole number, and they are not all the same. */
export function isWhole(elements: ArrayLike<number>): boolean {
	return elements.length >= 3 && every(elements, Number.isInteger) && !isFilled(elements);
}

/** Whether a tensor holds two numbers, of which one is 0, as what is hidden and what is seen. */
export function isMask(elements: ArrayLike<number>): boolean {
	if (elements.length < 4) return false;
	const found = new Set<number>();
	return every(elements, (value) => found.size <= 2 && found.add(value).size <= 2) && found.size === 2 && found.has(0);
}

function every(elements: ArrayLike<number>, holds: (value: number) => boolean): boolean {
	return !Array.prototype.some.call(elements, (value: number) => !holds(value));
}

/** Triples of neighbours that a table must have at least, and how much of them must obey. */
const fewestTriples = 6;
const share = 0.3;
/** Lines of a tensor that are looked at: a table shows in the first. */
const mostLines = 64;
const precision = 1e-3;
/** What a line must vary by, of its largest number, to say something. */
const leastVariation = 0.01;

/**
 * Whether a tensor is a table of equal steps, sines or cosines along one of its axes: positions, rotations, grids. All of
 * these obey x[t + 1] + x[t − 1] = c x[t], with one c for a line: 2 cos ω for a wave, 2 for equal steps; so do powers. Weights that were
 * drawn or learnt do so nowhere.
 */
export function isTable({ dims }: RealTensor, elements: ArrayLike<number>): boolean {
	return dims.some((length, axis) => length >= 4 && linesObey(elements, dims, axis));
}

function linesObey(elements: ArrayLike<number>, dims: readonly number[], axis: number): boolean {
	const [length = 1, stride] = [dims[axis], elementCount(dims.slice(axis + 1))];
	const lines = elements.length / length;
	let [triples, obeying] = [0, 0];
	for (let k = 0; k < Math.min(lines, mostLines); k++) {
		// Spread over all lines, since the first columns of a table may be special.
		const line = Math.floor((k * lines) / Math.min(lines, mostLines));
		const start = Math.floor(line / stride) * stride * length + (line % stride);
		const values = Array.from({ length }, (_, t) => elements[start + t * stride] ?? 0);
		const [all, good] = lineObeys(values);
		triples += all;
		obeying += good;
	}
	return triples >= fewestTriples && obeying >= share * triples;
}

/** Of a line: its triples, and how many obey with the constant of the triple before. Flat stretches say nothing. */
function lineObeys(values: readonly number[]): readonly [triples: number, obeying: number] {
	const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
	const range =
		values.reduce((most, value) => Math.max(most, value), -Infinity) -
		values.reduce((least, value) => Math.min(least, value), Infinity);
	let [triples, obeying] = [0, 0];
	if (range < leastVariation * largest) return [0, 0];
	for (let t = 2; t + 1 < values.length; t++) {
		const [a = 0, b = 0, c = 0, d = 0] = values.slice(t - 2, t + 2);
		// Nor do zeros, of which pruned layers are full: they obey any rule.
		if ((a === b && b === c && c === d) || (b === 0 && c === 0)) continue;
		triples++;
		// (a + c) / b = (b + d) / c, without the divisions.
		if (Math.abs((a + c) * c - (b + d) * b) <= precision * range * largest) obeying++;
	}
	return [triples, obeying];
}
