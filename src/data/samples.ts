import { LimbeckError } from "../errors.js";
import { elementCount } from "../onnx/tensor.js";
import type { SampleSet, SampleShape, Samples } from "./data-set.js";

/** Elements of samples, row after row. */
export type SampleData = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** Reads samples in any order. */
export interface SampleReader {
	/**
	 * Copies samples.
	 *
	 * @param indices - `[length]`, which samples.
	 * @param out - `[length, …sampleShape]`, of the samples' type; every element is written.
	 * @throws LimbeckError `usage` for an index out of range or an output of another size, `file` or `data` for a file
	 * that cannot be read or is too short.
	 */
	read(indices: Uint32Array, out: SampleData): void;
	/** Closes the file, if there is one. */
	close(): void;
}

/** Opens samples for reading; on Node, `openSamples` reads files too. */
export type OpenSamples = (set: SampleSet, sampleShape: SampleShape) => SampleReader;

/** Samples in memory. */
export type MemorySamples = Extract<Samples, { readonly kind: "memory" }>;

/** Samples that are windows over frames in memory. */
export type WindowSamples = Extract<Samples, { readonly kind: "windows" }>;

/** Elements as samples: bytes or floats. @param like - samples that they were copied from, with what was subtracted. */
export function inMemory(data: Uint8Array | Float32Array, like?: Samples): MemorySamples {
	if (data instanceof Uint8Array) return { kind: "memory", type: "uint8", data };
	const shifted = like !== undefined && "offsets" in like ? { offsets: like.offsets } : {};
	return { kind: "memory", type: "float", data, ...shifted };
}

/** Room for `length` elements of the type of `samples`. */
export function allocate({ type }: Pick<Samples, "type">, length: number): SampleData {
	return type === "uint8" ? new Uint8Array(length) : new Float32Array(length);
}

/**
 * Opens samples that are in memory, windows among them.
 *
 * @throws LimbeckError `environment` for samples in a file, `usage` for windows beyond the frames.
 */
export function openMemory({ count, samples }: SampleSet, sampleShape: SampleShape): SampleReader {
	if (samples.kind === "windows") return openWindows(samples, count, sampleShape);
	if (samples.kind === "file") {
		const [expected, got] = ["samples in memory where no file can be read", samples.path];
		throw new LimbeckError("environment", { where: "reading samples", expected, got });
	}
	const size = elementCount(sampleShape);
	const { data } = samples;
	const copy: CopyRows = (first, length, out, at) => {
		out.set(data.subarray(first * size, (first + length) * size), at * size);
	};
	return rowReader(count, size, copy, () => undefined);
}

function openWindows({ data, starts }: WindowSamples, count: number, sampleShape: SampleShape): SampleReader {
	const [size, frame] = [elementCount(sampleShape), elementCount(sampleShape.slice(1))];
	const last = data.length / frame - (sampleShape[0] ?? 1);
	const wrong = starts.find((start) => start < 0 || start > last);
	if (wrong !== undefined) {
		const expected = `windows that start at frames 0 to ${String(last)}`;
		throw new LimbeckError("usage", { where: "reading samples", expected, got: String(wrong) });
	}
	const copy: CopyRows = (first, length, out, at) => {
		for (let i = 0; i < length; i++) {
			const start = (starts[first + i] ?? 0) * frame;
			out.set(data.subarray(start, start + size), (at + i) * size);
		}
	};
	return rowReader(count, size, copy, () => undefined);
}

/** Copies rows `first` … `first + length − 1` to row `at` of `out`. */
export type CopyRows = (first: number, length: number, out: SampleData, at: number) => void;

/** A reader that copies with one call for every run of neighbours. */
export function rowReader(count: number, size: number, copy: CopyRows, close: () => void): SampleReader {
	return {
		read(indices, out) {
			checkRead(count, size, indices, out);
			for (let at = 0; at < indices.length; ) {
				const first = indices[at] ?? 0;
				let length = 1;
				while (indices[at + length] === first + length) length++;
				copy(first, length, out, at);
				at += length;
			}
		},
		close,
	};
}

function checkRead(count: number, size: number, indices: Uint32Array, out: SampleData): void {
	const fail = (expected: string, got: number): never => {
		throw new LimbeckError("usage", { where: "reading samples", expected, got: String(got) });
	};
	if (out.length !== indices.length * size) fail(`room for ${String(indices.length * size)} elements`, out.length);
	const wrong = indices.find((index) => index >= count);
	if (wrong !== undefined) fail(`sample indices below ${String(count)}`, wrong);
}
