/** A generalist and its specialists from separate files: only those that a sample needs are loaded. */
import { join } from "node:path";
import type { SampleSet } from "../../data/data-set.js";
import { openSamples, readSamples } from "../../data/open-samples.js";
import { logSoftmaxRow } from "../../metrics/softmax.js";
import { readModelFile } from "../../onnx/file.js";
import { normalizationOf } from "../../predict/metadata.js";
import type { Runtime } from "../../runtime/runtime.js";
import {
	activeSpecialists,
	combine,
	type SpecialistAnswer,
	specialistsOfClasses,
} from "../../specialists/combination.js";
import { createPredictor, type Predictor } from "../../train/predict.js";
import { type Manifest, readManifest } from "./manifest.js";

/** How separate files are opened. */
export interface OpenSpecialistsOptions {
	/** Threads inside one operator; every core where absent. */
	readonly threads?: number;
	/** The most specialists that stay loaded, those used last; all that were needed where absent. */
	readonly loaded?: number;
}

/** What a generalist and its specialists say of samples together. */
export interface CombinedAnswers {
	/** `[count, classes]`: probabilities. */
	readonly probabilities: Float32Array;
	/** `[count]`: the specialists that were asked about each sample. */
	readonly active: readonly (readonly number[])[];
}

/** A generalist with its specialists, ready to answer. */
export interface OpenSpecialists {
	/** The names of all classes. */
	readonly classes: readonly string[];
	/** Classifies samples as they are stored; the models' own normalisation is applied. */
	classify(set: SampleSet): Promise<CombinedAnswers>;
	/** The specialists that are loaded now. */
	loaded(): readonly number[];
	/** Frees the native memory. */
	release(): Promise<void>;
}

/**
 * Opens the generalist of a folder that `limbeck specialize` left (`generalist.onnx`, `specialist-1.onnx` …,
 * `specialists.json`). A specialist is loaded when the generalist's most probable classes first ask for it, and is given
 * those samples alone (Hinton et al. 2015, §5.4). Answers equal those of `combined.onnx` up to rounding.
 *
 * @throws LimbeckError (`file`, `usage`, `model`) for files that are not there, or are none of ours.
 */
export async function openSpecialists(
	runtime: Runtime,
	folder: string,
	options: OpenSpecialistsOptions = {},
): Promise<OpenSpecialists> {
	const manifest = await readManifest(folder);
	const count = manifest.classes.length;
	const pool = createPool(runtime, folder, manifest, options);
	const generalist = await open(runtime, folder, manifest, manifest.generalist, count, options);
	const specialistsOf = specialistsOfClasses(
		manifest.specialists.map(({ classes }) => classes),
		count,
	);
	let last: Promise<unknown> = Promise.resolve();
	return {
		classes: manifest.classes,
		loaded: pool.loaded,
		classify(set) {
			// One call after the other: a specialist may make room for another only when nobody asks it.
			const answer = last.then(() => answerOn(set));
			last = answer.catch(() => undefined);
			return answer;
		},
		async release() {
			await last;
			await generalist.release();
			await pool.release();
		},
	};

	async function answerOn(set: SampleSet): Promise<CombinedAnswers> {
		const own = softmaxRows(await generalist.logits(set), count);
		const active = own.map((row) => activeSpecialists(row, specialistsOf, manifest.combination.n));
		const answers = active.map((): SpecialistAnswer[] => []);
		for (const m of new Set(active.flat())) {
			const samples = Uint32Array.from(active.keys()).filter((sample) => active[sample]?.includes(m));
			const some = { count: samples.length, samples: readSamples(set, manifest.sampleShape, samples) };
			const classes = manifest.specialists[m]?.classes ?? [];
			const rows = softmaxRows(await (await pool.get(m)).logits(some), classes.length + 1);
			for (const [at, sample] of samples.entries()) {
				answers[sample]?.push({ classes, probabilities: rows[at] ?? [] });
			}
		}
		const probabilities = new Float32Array(set.count * count);
		for (const [sample, row] of own.entries()) {
			probabilities.set(combine(manifest.combination.rule, row, answers[sample] ?? []), sample * count);
		}
		return { probabilities, active };
	}
}

/** Specialists that are loaded when they are asked for. */
interface Pool {
	readonly get: (m: number) => Promise<Predictor>;
	readonly loaded: () => readonly number[];
	readonly release: () => Promise<void>;
}

function createPool(runtime: Runtime, folder: string, manifest: Manifest, options: OpenSpecialistsOptions): Pool {
	const most = Math.max(1, options.loaded ?? Infinity);
	// In the order in which they were used last.
	const opened = new Map<number, Predictor>();
	return {
		async get(m) {
			const { file = "", classes = [] } = manifest.specialists[m] ?? {};
			const found = opened.get(m) ?? (await open(runtime, folder, manifest, file, classes.length + 1, options));
			opened.delete(m);
			opened.set(m, found);
			for (const [oldest, predictor] of opened) {
				if (opened.size <= most) break;
				opened.delete(oldest);
				await predictor.release();
			}
			return found;
		},
		loaded: () => [...opened.keys()].toSorted((a, b) => a - b),
		async release() {
			for (const predictor of opened.values()) await predictor.release();
			opened.clear();
		},
	};
}

async function open(
	runtime: Runtime,
	folder: string,
	{ sampleShape }: Manifest,
	file: string,
	classes: number,
	{ threads }: OpenSpecialistsOptions,
): Promise<Predictor> {
	const where = join(folder, file);
	const model = await readModelFile(where);
	return createPredictor(runtime, model, {
		sampleShape,
		classes,
		normalization: normalizationOf(model, where),
		where,
		openSamples,
		...(threads === undefined ? {} : { threads }),
	});
}

function softmaxRows(logits: Float32Array, width: number): readonly Float64Array[] {
	return Array.from({ length: logits.length / width }, (_, row) =>
		logSoftmaxRow(logits.subarray(row * width, (row + 1) * width)).map(Math.exp),
	);
}
