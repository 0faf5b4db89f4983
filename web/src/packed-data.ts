/**
 * A data set of bytes in one file: a line of JSON that says what it is, then samples and labels of the training split, and
 * those of the validation split, a byte each. The file is packed with gzip.
 */
import { z } from "zod";
import type { DataSet, Split } from "../../src/data/data-set.js";
import { inMemory } from "../../src/data/samples.js";
import { LimbeckError } from "../../src/errors.js";
import { elementCount } from "../../src/onnx/tensor.js";
import { parseOptions } from "../../src/options.js";

const header = z.strictObject({
	name: z.string(),
	classes: z.array(z.string()).min(1).max(256),
	sampleShape: z.array(z.int().min(1)),
	normalization: z.strictObject({ mean: z.number(), std: z.number().gt(0) }),
	train: z.int().min(1),
	validation: z.int().min(1),
	fingerprint: z.string(),
});

/** The file's bytes, before they are packed. @throws LimbeckError (`usage`) for data that are not bytes in memory. */
export function packData(data: DataSet): Uint8Array<ArrayBuffer> {
	const { name, classes, sampleShape, normalization, train, validation, fingerprint } = data;
	const told = {
		name,
		classes,
		sampleShape,
		normalization,
		train: train.count,
		validation: validation.count,
		fingerprint,
	};
	const line = new TextEncoder().encode(`${JSON.stringify(told)}\n`);
	const parts = [line, ...[train, validation].flatMap((split) => [bytesOf(split), Uint8Array.from(split.labels)])];
	const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

function bytesOf({ samples }: Split): Uint8Array {
	if (samples.kind === "memory" && samples.type === "uint8") return samples.data;
	const got = `${samples.type} in ${samples.kind}`;
	throw new LimbeckError("usage", { where: "packing data", expected: "bytes in memory", got });
}

/** The data of a file, unpacked. @throws LimbeckError (`data`, `usage`) for one that is not such a file. */
export function readPackedData(bytes: Uint8Array): DataSet {
	const where = "packed data";
	const start = bytes.indexOf(newline) + 1;
	const told = parseOptions(header, JSON.parse(new TextDecoder().decode(bytes.subarray(0, start))), where);
	const size = elementCount(told.sampleShape);
	const expected = start + (told.train + told.validation) * (size + 1);
	if (bytes.length !== expected) {
		throw new LimbeckError("data", { where, expected: `${expected} bytes`, got: String(bytes.length) });
	}
	let at = start;
	const take = (length: number): Uint8Array => bytes.subarray(at, (at += length));
	const split = (count: number): Split => {
		const samples = inMemory(take(count * size));
		return { count, samples, labels: Int32Array.from(take(count)) };
	};
	return { ...told, train: split(told.train), validation: split(told.validation) };
}

const newline = 0x0a;
