/** Data that a program has in memory, as files: steps read them in processes of their own. */
import { mkdir } from "node:fs/promises";
import { LimbeckError } from "../../errors.js";
import { fileError } from "../../files.js";
import { elementCount } from "../../onnx/tensor.js";
import { parseOptions } from "../../options.js";
import { defaultTask, type TaskName, taskLabels } from "../../tasks/names.js";
import type { SampleShape } from "../data-set.js";
import { npyOptions, type OptionsOf } from "../options.js";
import { type LabelTaker, labelTakers, type SampleLabel } from "./memory-labels.js";
import { type NpyWriter, openNpyWriter } from "./npy-writer.js";
import { bytesOf } from "./sinks.js";

/** The numbers of a sample, or of several, one after the other. Bytes stay bytes: they are divided by 255 for a network. */
export type SampleArray = Uint8Array | Float32Array | Float64Array;

/** A sample and what is known of it. */
export interface LabelledSample {
	readonly sample: SampleArray;
	readonly label?: SampleLabel | undefined;
}

/** Samples that belong together: all of them with labels, or none. */
export interface MemorySamples {
	/** All in one array, or one after the other, with their labels or without. */
	readonly samples: SampleArray | Iterable<SampleArray | LabelledSample> | AsyncIterable<SampleArray | LabelledSample>;
	/** A label for each sample, where they do not come with them. */
	readonly labels?: ArrayLike<SampleLabel> | undefined;
}

/** What a program has in memory to learn from, and options of the recipe's data; `layout` is channels-first where absent. */
export interface MemoryData
	extends MemorySamples,
		Partial<Pick<OptionsOf<"npy">, "layout" | "testFraction" | "validationFraction" | "duplicates" | "memory">> {
	/** What errors call it; `data in memory` where absent. */
	readonly name?: string | undefined;
	/** Of a sample: `[features]`, `[height, width]` or `[channels, height, width]`. */
	readonly shape: SampleShape;
	/** What is learned from the labels; classification where absent. */
	readonly task?: TaskName | undefined;
	/** Names of the classes, labels or numbers, in the order of a network's outputs; multi-label must have them. */
	readonly classes?: readonly string[] | undefined;
	/** Samples for the test, with labels; a share of the others where absent. */
	readonly test?: MemorySamples | undefined;
	/** Samples for validation; a share of the others where absent. */
	readonly validation?: MemorySamples | undefined;
}

/** NumPy's names of the types of samples. */
const types = { Uint8Array: "|u1", Float32Array: "<f4", Float64Array: "<f8" } as const;

/**
 * Writes data as NumPy's arrays, in files named by what is in them: the same data again are the same files.
 *
 * @param folder - made where it does not exist.
 * @returns the recipe's choice of these data.
 * @throws LimbeckError `usage` for a wrong option; `data`, with the place, for samples or labels that cannot be used;
 * `file` or `disk-full` if they cannot be written.
 */
export async function writeMemoryData(folder: string, data: MemoryData): Promise<OptionsOf<"npy">> {
	const { name = "data in memory", samples, labels, test, validation, layout = "channels-first", ...written } = data;
	// What is wrong with the options is told before any sample is read.
	const checked = parseOptions(npyOptions, { ...written, name: "npy", layout, file: folder }, name);
	const { shape = [], ...options } = checked;
	if (options.task === "multi-label" && options.classes === undefined) {
		throw new LimbeckError("usage", { where: `${name}: classes`, expected: "the names of all labels", got: "none" });
	}
	await mkdir(folder, { recursive: true }).catch((error: unknown) => {
		throw fileError(error, folder);
	});
	const how = { folder, shape, task: options.task ?? defaultTask, classes: options.classes };
	const train = await writePart({ samples, labels }, how, name);
	const parts = {
		validation: validation && (await writePart(validation, { ...how, like: train }, `${name}, validation`)),
		test: test && (await writePart(test, { ...how, like: train, labelled: true }, `${name}, test`)),
	};
	return {
		...options,
		file: train.file,
		labels: train.labels,
		unlabelled: train.labels === undefined,
		validation: parts.validation?.file,
		validationLabels: parts.validation?.labels,
		test: parts.test?.file,
		testLabels: parts.test?.labels,
	};
}

/** A part in files. */
interface WrittenPart {
	readonly file: string;
	/** Nothing where its samples have no labels. */
	readonly labels: string | undefined;
	readonly type: keyof typeof types;
}

/** How a part is written. */
interface PartOptions {
	readonly folder: string;
	readonly shape: SampleShape;
	readonly task: TaskName;
	readonly classes: readonly string[] | undefined;
	/** The samples to train on, which others are like. */
	readonly like?: WrittenPart;
	/** Whether samples have labels; where absent as those to train on, or else as the first. */
	readonly labelled?: boolean;
}

async function writePart(part: MemorySamples, options: PartOptions, where: string): Promise<WrittenPart> {
	const { folder, shape, task, classes, like } = options;
	const size = elementCount(shape);
	const taker = labelTakers[taskLabels[task]](classes);
	const writer = await openNpyWriter(folder);
	try {
		let labelled = options.labelled ?? (like === undefined ? undefined : like.labels !== undefined);
		let type = like?.type;
		let count = 0;
		for await (const { sample, label } of rowsOf(part, size, where)) {
			const place = `${where}: sample ${String(count)}`;
			type = checkSample(sample, size, type, place);
			labelled ??= label !== undefined;
			checkLabel(label, labelled, taker, `${where}: label of sample ${String(count)}`);
			await writer.append(bytesOf(sample));
			count++;
		}
		if (type === undefined || count === 0) throw new LimbeckError("data", { where, expected: "samples", got: "none" });
		const file = await writer.finish(types[type], [count, ...shape]);
		return { file, labels: labelled === true ? await writeLabels(folder, taker) : undefined, type };
	} finally {
		await writer.close();
	}
}

async function writeLabels(folder: string, taker: LabelTaker): Promise<string> {
	const { descr, dims, bytes } = taker.finish();
	const writer: NpyWriter = await openNpyWriter(folder);
	try {
		await writer.append(bytes);
		return await writer.finish(descr, dims);
	} finally {
		await writer.close();
	}
}

/** Samples one by one, each with its label. */
async function* rowsOf(
	{ samples, labels }: MemorySamples,
	size: number,
	where: string,
): AsyncGenerator<LabelledSample> {
	const miscounted = (got: number, count: string): LimbeckError =>
		new LimbeckError("data", {
			where: `${where}: labels`,
			expected: `one for each of ${count} samples`,
			got: String(got),
		});
	let count = 0;
	for await (const item of isSampleArray(samples) ? slices(samples, size, where) : samples) {
		const { sample, label } = isSampleArray(item) ? { sample: item, label: undefined } : item;
		if (labels === undefined) yield { sample, label };
		else if (label !== undefined)
			throw new LimbeckError("usage", {
				where: `${where}: labels`,
				expected: "none, since samples come with theirs",
				got: String(labels.length),
			});
		else if (count >= labels.length) throw miscounted(labels.length, "more");
		else yield { sample, label: labels[count] };
		count++;
	}
	if (labels !== undefined && labels.length !== count) throw miscounted(labels.length, String(count));
}

function* slices(samples: SampleArray, size: number, where: string): Generator<SampleArray> {
	if (samples.length % size !== 0) {
		const expected = `samples of ${String(size)} numbers each`;
		throw new LimbeckError("data", { where, expected, got: `${String(samples.length)} numbers` });
	}
	for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size);
}

function isSampleArray(value: unknown): value is SampleArray {
	return typeOf(value) !== undefined;
}

function typeOf(value: unknown): keyof typeof types | undefined {
	if (value instanceof Uint8Array) return "Uint8Array";
	if (value instanceof Float32Array) return "Float32Array";
	return value instanceof Float64Array ? "Float64Array" : undefined;
}

/** The type of a sample that is as long as it must be, of the type of those before it, and of finite numbers. */
function checkSample(
	sample: SampleArray,
	size: number,
	like: keyof typeof types | undefined,
	where: string,
): keyof typeof types {
	const type = typeOf(sample);
	const fail = (expected: string, got: string): never => {
		throw new LimbeckError("data", { where, expected, got });
	};
	if (type === undefined) return fail(`one of ${Object.keys(types).join(", ")}`, typeof sample);
	if (like !== undefined && type !== like) return fail(`a ${like}, as the samples before`, type);
	if (sample.length !== size) return fail(`${String(size)} numbers`, String(sample.length));
	if (type === "Uint8Array") return type;
	const wrong = sample.findIndex((value) => !Number.isFinite(value));
	if (wrong !== -1) return fail(`finite numbers`, `${String(sample[wrong])} as element ${String(wrong)}`);
	return type;
}

function checkLabel(label: SampleLabel | undefined, labelled: boolean, taker: LabelTaker, where: string): void {
	if ((label !== undefined) !== labelled) {
		const [expected, got] = labelled ? ["a label", "none"] : ["no label, as the samples before have none", "one"];
		throw new LimbeckError("data", { where, expected, got });
	}
	const wrong = label === undefined ? undefined : taker.add(label);
	if (wrong !== undefined) throw new LimbeckError("data", { where, ...wrong });
}
