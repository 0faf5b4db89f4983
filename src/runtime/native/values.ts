/** Tensors of JavaScript as ONNX Runtime's values, and back. */
import { LimbeckError } from "../../errors.js";
import { type DataType, dataTypes, elementCount, isPacked, type Tensor, tensorArrays } from "../../onnx/tensor.js";
import { copied, received } from "./api.js";
import type { Engine } from "./engine.js";

/** Where calls read and write shapes and types, one at a time: making an array for each takes longer than the calls. */
const code = new Int32Array(1);
const shape = new BigInt64Array(16);
const roomFor = (rank: number): BigInt64Array => (rank <= shape.length ? shape : new BigInt64Array(rank));

const typeNames = new Map(Object.entries(dataTypes).map(([name, number]) => [number as number, name as DataType]));

/**
 * A value over a tensor's own memory: nothing is copied. It must be released before that memory is let go of.
 *
 * @throws LimbeckError (`model`) for integers of 4 bits, which ONNX Runtime wants two a byte.
 */
export function valueOver({ api, memory }: Engine, where: string, { type, dims, data }: Tensor): bigint {
	if (isPacked(type)) throw new LimbeckError("model", { where, expected: "whole bytes an element", got: type });
	if (data.length !== elementCount(dims)) {
		const expected = `${String(elementCount(dims))} elements for [${dims.join(",")}]`;
		throw new LimbeckError("model", { where, expected, got: String(data.length) });
	}
	const { element, shape } = shapeOf(type, dims);
	return received((place) => {
		api.CreateTensorWithDataAsOrtValue(memory, data, data.byteLength, shape, dims.length, element, place);
	});
}

/** An element type and a shape as calls take them, until the next is asked for. */
export function shapeOf(
	type: DataType,
	dims: readonly number[],
): { readonly element: number; readonly shape: BigInt64Array } {
	const room = roomFor(dims.length);
	for (const [axis, dim] of dims.entries()) room[axis] = BigInt(dim);
	return { element: dataTypes[type], shape: room };
}

/**
 * A copy of a value of ONNX Runtime's.
 *
 * @throws LimbeckError (`model`) where it has no numbers.
 */
export function tensorFrom({ api, koffi }: Engine, where: string, value: bigint): Tensor {
	const { element, dims } = typeAndShape(api, value);
	const type = typeNames.get(element);
	if (type === undefined || isPacked(type)) {
		throw new LimbeckError("model", { where, expected: "numbers", got: `element type ${String(element)}` });
	}
	const make = tensorArrays[type];
	const address = received((place) => {
		api.GetTensorMutableData(value, place);
	});
	// The table pairs each type with its array.
	return { type, dims, data: new make(copied(koffi, address, elementCount(dims) * make.BYTES_PER_ELEMENT)) } as Tensor;
}

function typeAndShape(
	api: Engine["api"],
	value: bigint,
): { readonly element: number; readonly dims: readonly number[] } {
	const info = received((place) => {
		api.GetTensorTypeAndShape(value, place);
	});
	try {
		api.GetTensorElementType(info, code);
		const count = received((place) => {
			api.GetDimensionsCount(info, place);
		});
		const [rank, room] = [Number(count), roomFor(Number(count))];
		api.GetDimensions(info, room, rank);
		return { element: code[0] ?? 0, dims: Array.from(room.subarray(0, rank), Number) };
	} finally {
		api.ReleaseTensorTypeAndShapeInfo(info);
	}
}
