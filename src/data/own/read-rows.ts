/** Reads the rows of all sources into the sinks of their parts, and looks at them on the way. */
import { LimbeckError } from "../../errors.js";
import { elementCount } from "../../onnx/tensor.js";
import type { SampleShape } from "../data-set.js";
import { type Alike, createAlike } from "./alike.js";
import { type Contents, createContents } from "./contents.js";
import { createMoments, type Moments } from "./moments.js";
import type { SplitName } from "./partition.js";
import type { Plan, PlannedSource } from "./plan.js";
import { type Precision, toStored } from "./precision.js";
import type { Sink } from "./sinks.js";
import type { Block, Source } from "./source.js";

/** What was found on the way; moments and likeness are of the training samples, wanted or not. */
export interface ReadRows {
	/** Which samples, of all sources one after the other, are copies. */
	readonly contents: Contents;
	readonly gathered: Readonly<Record<SplitName, GatheredRows>>;
	readonly moments: Moments;
	readonly alike: Alike;
}

/** The samples of a part as far as they are read. */
export interface GatheredRows {
	/** Their rows in the source. */
	readonly rows: Uint32Array;
	count: number;
}

interface Values {
	/** What is subtracted from the elements of each channel; nothing where absent. */
	readonly offsets?: readonly number[];
	/** Sees the training samples as they are in the files. */
	readonly precision?: Precision;
}

interface Destination extends ReadRows, Values {
	readonly sinks: Readonly<Partial<Record<SplitName, Sink>>>;
	/** Rows of the sources before. */
	readonly before: number;
}

/**
 * Reads all rows once, in order.
 *
 * @param counts - the most samples that each part can have.
 *
 * @throws LimbeckError `data` for samples that cannot be read and elements that are not finite as float32.
 */
export async function readRows(
	plan: Plan,
	counts: Readonly<Record<SplitName, number>>,
	sinks: Readonly<Partial<Record<SplitName, Sink>>>,
	values: Values,
): Promise<ReadRows> {
	const { type, sampleShape } = plan;
	const roomFor = (name: SplitName): GatheredRows => ({ rows: new Uint32Array(counts[name]), count: 0 });
	const gathered = { train: roomFor("train"), validation: roomFor("validation"), test: roomFor("test") };
	const contents = createContents(plan.sources.reduce((sum, { labels: { length } }) => sum + length, 0));
	const read = { contents, gathered, moments: createMoments(type, sampleShape), alike: createAlike() };
	let before = 0;
	for (const planned of plan.sources) {
		for await (const block of planned.source.blocks((row) => planned.partOf(row) === "train")) {
			await distribute(block, planned, sampleShape, { ...read, ...values, sinks, before });
			for (const sink of Object.values(sinks)) await sink.drain();
		}
		before += planned.labels.length;
	}
	return read;
}

async function distribute(
	{ first, data }: Block,
	{ source, labels, partOf }: PlannedSource,
	sampleShape: SampleShape,
	{ sinks, offsets, precision, before, ...to }: Destination,
): Promise<void> {
	const size = elementCount(sampleShape);
	const stored = data instanceof Float64Array ? toStored(data, sampleShape, offsets) : data;
	await checkFinite(stored, first, source, size);
	for (let at = 0; at < data.length; at += size) {
		const row = first + at / size;
		const part = partOf(row);
		const sample = stored.subarray(at, at + size);
		to.contents.add(before + row, sample);
		if (part === "train") {
			if (data instanceof Float64Array) precision?.add(data.subarray(at, at + size));
			to.moments.add(sample);
			to.alike.add(sample, labels[row] ?? 0);
		}
		const sink = sinks[part];
		if (sink === undefined) continue;
		sink.append(sample);
		const gathered = to.gathered[part];
		gathered.rows[gathered.count++] = row;
	}
}

async function checkFinite(
	data: Uint8Array | Float32Array,
	first: number,
	source: Source,
	size: number,
): Promise<void> {
	if (data instanceof Uint8Array) return;
	const at = data.findIndex((value) => !Number.isFinite(value));
	if (at === -1) return;
	throw new LimbeckError("data", {
		where: await source.placeOf(first + Math.floor(at / size), at % size),
		expected: "a number that is finite as float32",
		got: String(data[at]),
		hint: "Fill such cells in, or leave out their rows or columns.",
	});
}
