/** Taking slices of a tensor along an axis, and the adjoint: putting them back among zeros. */
import { int, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";

/** The numbers from `start`, `count` of them. */
export function sequence(count: number, start = 0, step = 1): readonly number[] {
	return Array.from({ length: count }, (_, index) => start + index * step);
}

/** A shape with another size along one axis. */
export function withSize(dims: readonly number[], axis: number, size: number): readonly number[] {
	return dims.with(axis, size);
}

/** Zeros of the element type of `like`. Not a constant: it would be kept with the graph. */
export function zerosLike(g: Graph, like: Value, dims: readonly number[] = like.dims): Value {
	return g.op("Expand", [g.scalar(0, like), g.integers(dims)]);
}

/** `x` in another shape; itself where it has it. */
export function reshape(g: Graph, x: Value, dims: readonly number[]): Value {
	const same = x.dims.length === dims.length && dims.every((dim, axis) => dim === x.dims[axis]);
	return same ? x : g.op("Reshape", [x, g.integers(dims)]);
}

/** `x` from `start` to before `end` along an axis. */
export function sliceAlong(g: Graph, x: Value, axis: number, start: number, end: number): Value {
	if (start === 0 && end === x.dims[axis]) return x;
	return g.op("Slice", [x, g.integers([start]), g.integers([end]), g.integers([axis])]);
}

/** `x` between zeros; negative numbers cut away. */
export function padZeros(g: Graph, x: Value, before: readonly number[], after: readonly number[]): Value {
	const pads = [...before, ...after];
	return pads.every((pad) => pad === 0) ? x : g.op("Pad", [x, g.integers(pads)]);
}

function padAlong(g: Graph, x: Value, axis: number, before: number, after: number): Value {
	const none = x.dims.map(() => 0);
	return padZeros(g, x, none.with(axis, before), none.with(axis, after));
}

/**
 * The adjoint of taking slices at `positions`, no two the same, along an axis of `size`: each slice of `dy` goes back to
 * its place, the rest is zero.
 */
export function placeAlong(g: Graph, dy: Value, axis: number, positions: readonly number[], size: number): Value {
	const [first = 0] = positions;
	if (positions.every((position, index) => position === first + index)) {
		return padAlong(g, dy, axis, first, size - first - positions.length);
	}
	// One slice of zeros behind the others stands for every place that was not taken.
	const complete = positions.length === size;
	const spare = complete ? dy : padAlong(g, dy, axis, 0, 1);
	const taken = new Map(positions.map((place, index) => [place, index]));
	const origins = sequence(size).map((place) => taken.get(place) ?? positions.length);
	return g.op("Gather", [spare, g.integers(origins)], { axis: int(axis) });
}

/**
 * The adjoint of taking slices at `indices`, an int64 vector with repetitions, along an axis of `size`.
 *
 * ScatterElements adds in order, in one thread. ScatterND would be faster and is wrong: ONNX Runtime adds from several
 * threads at once and loses summands.
 */
export function addAlong(g: Graph, dy: Value, axis: number, indices: Value, size: number): Value {
	const column = dy.dims.map((dim, other) => (other === axis ? dim : 1));
	const everywhere = g.op("Expand", [reshape(g, indices, column), g.integers(dy.dims)]);
	const zeros = zerosLike(g, dy, withSize(dy.dims, axis, size));
	return g.op("ScatterElements", [zeros, everywhere, dy], {
		axis: int(axis),
		reduction: text("add"),
	});
}

/** The adjoint of taking slices at constant `positions`, by the cheapest form that they allow. */
export function returnAlong(g: Graph, dy: Value, axis: number, positions: readonly number[], size: number): Value {
	const distinct = new Set(positions);
	if (distinct.size === positions.length) return placeAlong(g, dy, axis, positions, size);
	if (distinct.size === 1) return placeAlong(g, g.op("ReduceSum", [dy, g.integers([axis])]), axis, [...distinct], size);
	return addAlong(g, dy, axis, g.integers(positions), size);
}

/** Row-major distances between neighbours along each axis. */
function strides(dims: readonly number[]): readonly number[] {
	return dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
}

/** Indices `[…, axes]` into axes of the sizes `dims`, some from the back, as indices `[…]` into all elements of them. */
export function flatIndices(g: Graph, indices: Value, dims: readonly number[]): Value {
	const negative = g.op("Less", [indices, g.scalar(0, indices)]);
	const front = g.op("Where", [negative, g.op("Add", [indices, g.integers(dims)]), indices]);
	const places = g.op("Mul", [front, g.integers(strides(dims))]);
	return g.op("ReduceSum", [places, g.integers([-1])], { keepdims: int(0) });
}
