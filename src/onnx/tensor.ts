/**
 * Tensors as the rest of Limbeck sees them, and the element types of ONNX that we carry.
 *
 * Source: onnx.proto3, `TensorProto.DataType`.
 */

/** ONNX's numbers for element types, by ONNX's names in lower case. */
export const dataTypes = {
	float: 1,
	uint8: 2,
	int8: 3,
	uint16: 4,
	int16: 5,
	int32: 6,
	int64: 7,
	bool: 9,
	float16: 10,
	double: 11,
	uint32: 12,
	uint64: 13,
	uint4: 21,
	int4: 22,
} as const;

/** An element type's name. */
export type DataType = keyof typeof dataTypes;

/**
 * The typed array that holds elements of each type. float16 is kept as its bits, bool as bytes 0 and 1, and integers of
 * 4 bits one a byte.
 */
export interface TensorData {
	readonly float: Float32Array;
	readonly uint8: Uint8Array;
	readonly int8: Int8Array;
	readonly uint16: Uint16Array;
	readonly int16: Int16Array;
	readonly int32: Int32Array;
	readonly int64: BigInt64Array;
	readonly bool: Uint8Array;
	readonly float16: Uint16Array;
	readonly double: Float64Array;
	readonly uint32: Uint32Array;
	readonly uint64: BigUint64Array;
	readonly uint4: Uint8Array;
	readonly int4: Int8Array;
}

/** Makes an empty typed array of each type. */
export const tensorArrays = {
	float: Float32Array,
	uint8: Uint8Array,
	int8: Int8Array,
	uint16: Uint16Array,
	int16: Int16Array,
	int32: Int32Array,
	int64: BigInt64Array,
	bool: Uint8Array,
	float16: Uint16Array,
	double: Float64Array,
	uint32: Uint32Array,
	uint64: BigUint64Array,
	uint4: Uint8Array,
	int4: Int8Array,
} as const satisfies Record<DataType, unknown>;

/** A dense tensor, row-major. `dims` is `[]` for a scalar. */
export type Tensor = {
	[T in DataType]: { readonly type: T; readonly dims: readonly number[]; readonly data: TensorData[T] };
}[DataType];

/** A tensor of one element type. */
export type TensorOf<T extends DataType> = Extract<Tensor, { readonly type: T }>;

/** The number of elements of a shape; 1 for a scalar's `[]`. */
export function elementCount(dims: readonly number[]): number {
	return dims.reduce((product, dim) => product * dim, 1);
}

/** Whether a file packs two elements of the type in a byte, the first in the lower half. */
export function isPacked(type: DataType): type is "uint4" | "int4" {
	return type === "uint4" || type === "int4";
}
