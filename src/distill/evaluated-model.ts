/** One model under evaluation, or several that answer as one: opened, asked, timed. */
import { stat } from "node:fs/promises";
import type { SampleSet, SampleShape, Split } from "../data/data-set.js";
import { openSamples, readSamples } from "../data/open-samples.js";
import { fileError } from "../files.js";
import { type Latency, type MultiplyAdds, measureLatency, multiplyAdds } from "../metrics/index.js";
import { checkRows } from "../metrics/logits.js";
import { parameterCount } from "../models/trainable.js";
import type { Notice } from "../notices.js";
import type { Runtime } from "../runtime/runtime.js";
import { taskOf } from "../tasks/index.js";
import type { LabelData } from "../tasks/labels.js";
import type { TaskName } from "../tasks/names.js";
import { ownAnswers, type Task } from "../tasks/task.js";
import { type Classifier, type EnsembleAnswers, type OpenEnsemble, openEnsemble } from "../train/ensemble.js";
import type { Predictor } from "../train/predict.js";
import { preprocessedShape } from "../train/preprocess.js";
import type { SampleFacts } from "./align-data.js";
import { type ClassNames, compareClassNames } from "./class-names.js";
import { readEnsemble } from "./teachers/open.js";
import { type EnsembleSource, fileSource } from "./teachers/sources.js";

/** What evaluation needs of its surroundings. */
export interface EvaluateContext {
	readonly runtime: Runtime;
	/** A monotonic clock in ms. */
	readonly now: () => number;
}

/** What a model must know of the data. */
export interface EvaluatedData extends SampleFacts {
	readonly task?: TaskName | undefined;
	readonly classes: readonly string[];
	readonly sampleShape: SampleShape;
	/** Samples that show what the model's outputs are. */
	readonly probe: SampleSet;
	readonly threads?: number;
}

/** A model ready to be evaluated. */
export interface OpenedModel {
	/** What messages call it: its file or its files, or their names. */
	readonly path: string;
	/** The file of each member. */
	readonly files: readonly string[];
	/** Its members as they were read. */
	readonly members: readonly Classifier[];
	readonly ensemble: OpenEnsemble;
	/** What is answered. */
	readonly task: Task;
	readonly classNames: ClassNames;
	/** What should be known of how it takes the data. */
	readonly notices: readonly Notice[];
}

/** The size of a model. */
export interface Size {
	readonly parameters: number;
	/** Size of the file. */
	readonly bytes: number;
	readonly multiplyAdds: MultiplyAdds;
}

/** What a model costs on this machine. */
export interface Cost extends Size {
	/** Of one call with one sample. */
	readonly latencyMs: Latency;
	/** Samples a second in calls of 64. */
	readonly throughput: number;
}

const latencyCalls = { warmup: 20, repetitions: 200 };
const throughputBatch = 64;

/**
 * Opens a model; its `ensemble` is to be released. Probabilities are read as such; see `openEnsemble`.
 *
 * @param source - a file, whose outputs must be the classes in the data's order, or files with what says how they are
 * read.
 * @throws LimbeckError (`model`) for a file that is no classifier of these samples, or has the classes in another order.
 */
export async function openModel(
	source: string | EnsembleSource,
	{ classes, features, pixelScale, ...data }: EvaluatedData,
	runtime: Runtime,
): Promise<OpenedModel> {
	const { members, combine } = typeof source === "string" ? fileSource(source) : source;
	const read = await readEnsemble({ members, combine }, { features, pixelScale });
	const alone = typeof source === "string" ? read.members[0] : undefined;
	const classNames = alone === undefined ? "absent" : compareClassNames(alone.model, classes, alone.where);
	const taken = alone === undefined ? read : { combine, members: [{ ...alone, order: {} }] };
	return {
		path: members.map(({ file, name = file }) => name).join(", "),
		files: members.map(({ file }) => file),
		members: read.members,
		ensemble: await openEnsemble(runtime, taken, { ...data, classes, openSamples, unchecked: true }),
		task: taskOf(data),
		classNames,
		notices: read.members.flatMap((member) => member.notices ?? []),
	};
}

/** Opens a model, does the work and closes it. @throws LimbeckError as `openModel` does. */
export async function withModel<T>(
	source: string | EnsembleSource,
	data: EvaluatedData,
	runtime: Runtime,
	work: (opened: OpenedModel) => Promise<T>,
): Promise<T> {
	const opened = await openModel(source, data, runtime);
	try {
		return await work(opened);
	} finally {
		await opened.ensemble.release();
	}
}

/**
 * A model's answers `[count, classes]` on a split, logits of classes, and its members'.
 *
 * @param split - its name, for messages.
 * @throws LimbeckError (`model`) that names the first sample with a value that is not finite, and tells how many have.
 */
export async function finiteAnswers(
	{ path, ensemble, task }: OpenedModel,
	set: SampleSet,
	classes: number,
	split: string,
): Promise<EnsembleAnswers> {
	const answers = await ensemble.answers(set);
	const logits = ownAnswers(answers.logits, task, classes);
	checkRows(`${path} on the ${split} split`, logits, classes);
	const members = answers.members.map((one) => (one.length > logits.length ? ownAnswers(one, task, classes) : one));
	return { logits, members };
}

/** The size of each member. */
export function sizesOf({ files, ensemble }: OpenedModel, sampleShape: SampleShape): Promise<readonly Size[]> {
	return Promise.all(
		ensemble.members.map(async ({ classifier: { model, normalization } }, k) => ({
			parameters: parameterCount(model),
			bytes: await fileSize(files[k] ?? ""),
			multiplyAdds: multiplyAdds(model, preprocessedShape(sampleShape, normalization)),
		})),
	);
}

/** What a model costs, all members together, timed on the first samples of the test split. */
export async function costOf(
	{ ensemble }: OpenedModel,
	sizes: readonly Size[],
	test: Split<LabelData>,
	sampleShape: SampleShape,
	now: () => number,
): Promise<Cost> {
	const total = (of: (size: Size) => number): number => sizes.reduce((sum, size) => sum + of(size), 0);
	const unknown = sizes.flatMap(({ multiplyAdds: one }) => ("unknown" in one ? [one.unknown] : []));
	return {
		parameters: total(({ parameters }) => parameters),
		bytes: total(({ bytes }) => bytes),
		multiplyAdds:
			unknown.length > 0
				? { unknown: [...new Set(unknown)].join(", ") }
				: { count: total(({ multiplyAdds: one }) => ("count" in one ? one.count : 0)) },
		...(await measureSpeed(ensemble, test, sampleShape, now)),
	};
}

async function measureSpeed(
	predictor: Predictor,
	test: Split<LabelData>,
	sampleShape: SampleShape,
	now: () => number,
): Promise<Pick<Cost, "latencyMs" | "throughput">> {
	const call = (most: number) => {
		const count = Math.min(most, test.count);
		const first = {
			count,
			samples: readSamples(
				test,
				sampleShape,
				Uint32Array.from({ length: count }, (_, i) => i),
			),
		};
		return async (): Promise<void> => {
			await predictor.logits(first);
		};
	};
	const latencyMs = await measureLatency(call(1), { ...latencyCalls, now });
	const many = await measureLatency(call(throughputBatch), { warmup: 3, repetitions: 30, now });
	return { latencyMs, throughput: (Math.min(throughputBatch, test.count) * 1000) / many.p50 };
}

async function fileSize(path: string): Promise<number> {
	try {
		return (await stat(path)).size;
	} catch (error) {
		throw fileError(error, path);
	}
}
