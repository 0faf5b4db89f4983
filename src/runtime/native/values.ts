/** Tensors of JavaScript as ONNX Runtime's values, and back. */
import { LimbeckError } from "../../errors.js";
import { type DataType, dataTypes, elementCount, isPacked, type Tensor, tensorArrays } from "../../onnx/tensor.js";
import { copied, received } from "./api.js";
import type { Engine } from "./engine.js";

const typeNames = new Map(Object.entries(dataTypes).map(([name, code]) => [code as number, name as DataType]));

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
	const shape = BigInt64Array.from(dims, BigInt);
	return received((place) => {
		api.CreateTensorWithDataAsOrtValue(memory, data, data.byteLength, shape, shape.length, dataTypes[type], place);
	});
}

/**
 * A copy of a value of ONNX Runtime's.
 *
 * @throws LimbeckError (`model`) where it has no numbers.
 */
export function tensorFrom({ api, koffi }: Engine, where: string, value: bigint): Tensor {
	const { code, dims } = typeAndShape(api, value);
	const type = typeNames.get(code);
	if (type === undefined || isPacked(type)) {
		throw new LimbeckError("model", { where, expected: "numbers", got: `element type ${String(code)}` });
	}
	const make = tensorArrays[type];
	const address = received((place) => {
		api.GetTensorMutableData(value, place);
	});
	// The table pairs each type with its array.
	return { type, dims, data: new make(copied(koffi, address, elementCount(dims) * make.BYTES_PER_ELEMENT)) } as Tensor;
}

function typeAndShape(api: Engine["api"], value: bigint): { readonly code: number; readonly dims: readonly number[] } {
	const info = received((place) => {
		api.GetTensorTypeAndShape(value, place);
	});
	try {
		const code = new Int32Array(1);
		api.GetTensorElementType(info, code);
		const rank = received((place) => {
			api.GetDimensionsCount(info, place);
		});
		const dims = new BigInt64Array(Number(rank));
		if (dims.length > 0) api.GetDimensions(info, dims, dims.length);
		return { code: code[0] ?? 0, dims: Array.from(dims, Number) };
	} finally {
		api.ReleaseTensorTypeAndShapeInfo(info);
	}
}
