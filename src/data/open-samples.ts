import { closeSync, openSync, readSync } from "node:fs";
import { LimbeckError } from "../errors.js";
import { fileError } from "../files.js";
import { elementCount } from "../onnx/tensor.js";
import type { SampleSet, SampleShape, Samples } from "./data-set.js";
import {
	allocate,
	type CopyRows,
	inMemory,
	type MemorySamples,
	openMemory,
	rowReader,
	type SampleReader,
} from "./samples.js";

type FileSamples = Extract<Samples, { readonly kind: "file" }>;

/**
 * Opens samples for reading, in memory or in a file. Reads block the thread: a file is read with one call for every run
 * of neighbours.
 *
 * @throws LimbeckError `file` if the file cannot be opened.
 */
export function openSamples(set: SampleSet, sampleShape: SampleShape): SampleReader {
	const { samples, count } = set;
	return samples.kind === "file" ? openFile(samples, count, elementCount(sampleShape)) : openMemory(set, sampleShape);
}

/**
 * The samples at `indices`, read into memory.
 *
 * @throws LimbeckError as {@link openSamples} and {@link SampleReader.read} do.
 */
export function readSamples(set: SampleSet, sampleShape: SampleShape, indices: Uint32Array): MemorySamples {
	const data = allocate(set.samples, indices.length * elementCount(sampleShape));
	const reader = openSamples(set, sampleShape);
	try {
		reader.read(indices, data);
	} finally {
		reader.close();
	}
	return inMemory(data, set.samples);
}

function openFile({ path, type, offset }: FileSamples, count: number, size: number): SampleReader {
	const rowBytes = size * (type === "uint8" ? 1 : 4);
	const file = onDisk(path, () => openSync(path, "r"));
	const copy: CopyRows = (first, length, out, at) => {
		const bytes = new Uint8Array(out.buffer, out.byteOffset + at * rowBytes, length * rowBytes);
		for (let done = 0; done < bytes.length; ) {
			const place = { position: offset + first * rowBytes + done, offset: done };
			const got = onDisk(path, () => readSync(file, bytes, place));
			if (got === 0) {
				const expected = `samples up to byte ${String(offset + (first + length) * rowBytes)}`;
				throw new LimbeckError("data", { where: path, expected, got: `the end at byte ${String(place.position)}` });
			}
			done += got;
		}
	};
	return rowReader(count, size, copy, () => {
		closeSync(file);
	});
}

function onDisk<T>(path: string, work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw fileError(error, path);
	}
}
