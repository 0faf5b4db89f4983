import type { DataType, Tensor } from "../onnx/tensor.js";

/** Element type and shape of a value; `dims` is `[]` for a scalar. Every dimension is known. */
export interface ValueType {
	readonly type: DataType;
	readonly dims: readonly number[];
	/** An output that ONNX lets a node leave out: computed only where something uses it. */
	readonly optional?: true;
}

/** A named value of a graph: an input, a constant or an output of a node. */
export interface Value extends ValueType {
	readonly name: string;
	/** The value itself, where it is known while the graph is built. */
	readonly constant?: Tensor;
}

/** Whether two shapes are the same. */
export function sameDims(a: readonly number[], b: readonly number[]): boolean {
	return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** A type for people: `float[128,10]`. */
export function describeType(value: ValueType | undefined): string {
	return value === undefined ? "nothing" : `${value.type}[${value.dims.join(",")}]`;
}
