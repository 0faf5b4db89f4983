/** Data sets of frames that a step has made: windows over frames, their classes, and what they belong to. */
import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { fileError } from "../files.js";
import { elementCount } from "../onnx/tensor.js";
import { parsedJson } from "../options.js";
import type { DataSet, Split } from "./data-set.js";
import type { WindowSamples } from "./samples.js";

/** A data set of frames, by its file: what steps hand on to others, and no recipe names. */
export interface FramesChoice {
	readonly name: "frames";
	/** Its header; the elements lie beside it. */
	readonly file: string;
}

/** A split whose samples are windows over frames of recordings. */
export type FrameSplit = Split & Required<Pick<Split, "groups">> & { readonly samples: WindowSamples };

/** A data set of frames. */
export interface FrameDataSet extends DataSet {
	readonly train: FrameSplit;
	readonly validation: FrameSplit;
}

const counts = z.strictObject({ samples: z.int().min(1), values: z.int().min(1) });
const header = z.strictObject({
	name: z.string(),
	classes: z.array(z.string()).min(1),
	sampleShape: z.array(z.int().min(1)).length(2),
	fingerprint: z.string(),
	train: counts,
	validation: counts,
});

const parts = ["train", "validation"] as const;
const elementsOf = (file: string): string => `${file}.elements`;

/** Writes a data set of frames: a header in `file`, its elements (little-endian) beside. */
export async function writeFrames(file: string, data: FrameDataSet): Promise<void> {
	const { name, classes, sampleShape, fingerprint } = data;
	const sizes = parts.map((part) => {
		const { count, samples } = data[part];
		return [part, { samples: count, values: samples.data.length }] as const;
	});
	const about = { name, classes, sampleShape, fingerprint, ...Object.fromEntries(sizes) };
	const elements = parts.flatMap((part) => {
		const { samples, labels, groups } = data[part];
		return [samples.data, samples.starts, labels, groups].map(bytesOf);
	});
	try {
		await writeFile(elementsOf(file), Buffer.concat(elements), { flush: true });
		await writeFile(file, `${JSON.stringify(about)}\n`, { flush: true });
	} catch (error) {
		throw fileError(error, file);
	}
}

/**
 * Reads what {@link writeFrames} wrote.
 *
 * @throws LimbeckError (`file`) for files that cannot be read, (`data`) for others.
 */
export async function readFrames({ file }: Pick<FramesChoice, "file">): Promise<FrameDataSet> {
	const read = (path: string): Promise<Buffer> =>
		readFile(path).catch((error: unknown) => {
			throw fileError(error, path);
		});
	const about = header.safeParse(parsedJson((await read(file)).toString())).data;
	if (about === undefined) throw broken(file, "the header of a data set of frames", "another file");
	const { buffer } = new Uint8Array(await read(elementsOf(file)));
	const expected = parts.reduce((sum, part) => sum + 4 * (about[part].values + 3 * about[part].samples), 0);
	if (buffer.byteLength !== expected) {
		throw broken(elementsOf(file), `${String(expected)} bytes`, String(buffer.byteLength));
	}
	let at = 0;
	const next = (length: number): readonly [ArrayBuffer, number, number] => {
		const from = at;
		at += 4 * length;
		return [buffer, from, length];
	};
	const splitOf = ({ samples: count, values }: z.infer<typeof counts>): FrameSplit => {
		const data = new Float32Array(...next(values));
		const [starts, labels, groups] = [count, count, count].map((length) => new Int32Array(...next(length)));
		if (starts === undefined || labels === undefined || groups === undefined) throw new TypeError("readFrames");
		return { count, samples: { kind: "windows", type: "float", data, starts }, labels, groups };
	};
	const { train, validation, ...rest } = about;
	const data = { ...rest, normalization, train: splitOf(train), validation: splitOf(validation) };
	for (const part of parts) check(file, data[part], data);
	return data;
}

/** Frames are normalised when they are made. */
const normalization = { mean: 0, std: 1 } as const;

function check(file: string, { samples, labels }: FrameSplit, { sampleShape, classes }: Omit<DataSet, "train">): void {
	const last = samples.data.length / elementCount(sampleShape.slice(1)) - (sampleShape[0] ?? 1);
	const isIn = (value: number, most: number): boolean => value >= 0 && value <= most;
	if (samples.starts.every((start) => isIn(start, last)) && labels.every((label) => isIn(label, classes.length - 1))) {
		return;
	}
	throw broken(elementsOf(file), "windows over its frames and labels among its classes", "others");
}

function broken(where: string, expected: string, got: string): LimbeckError {
	return new LimbeckError("data", { where, expected, got });
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}
