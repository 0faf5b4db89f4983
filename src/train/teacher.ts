/** How a teacher is asked: the one place where that is decided. */
import type { Chunk } from "../data/chunk.js";
import type { SampleSet } from "../data/data-set.js";
import { inMemory } from "../data/samples.js";
import { LimbeckError } from "../errors.js";
import { importModel } from "../import/index.js";
import { applyModel } from "../models/apply.js";
import type { OnnxModel } from "../onnx/model.js";
import { createGraph } from "../ops/index.js";
import type { Runtime } from "../runtime/runtime.js";
import { createPredictor, type PredictorOptions } from "./predict.js";

/**
 * How a teacher's logits come to the student.
 *
 * - `stored`: it is asked once about every training sample, before the first step.
 * - `in-graph`: it stands in the training graph and sees each view there.
 * - `fed`: its own session is asked about the views of each chunk of steps, because the training graph cannot hold it.
 */
export type TeacherPlan =
	| { readonly how: "stored" }
	| { readonly how: "in-graph"; readonly model: OnnxModel }
	| { readonly how: "fed"; readonly reason: string };

/**
 * Decides how a teacher is asked. One view of every sample is stored. Where views are random, or the objective looks
 * inside the teacher, it goes into the training graph, if Limbeck knows its operators; a teacher that is quantised, or foreign in another way, answers from a
 * session of its own, which costs a native call more for every chunk of steps.
 *
 * @param inputDims - of the batch that the training graph would give it.
 * @param live - whether it must see every view: they are random, or the objective looks inside it.
 */
function planTeacher(teacher: OnnxModel, inputDims: readonly number[], live: boolean): TeacherPlan {
	if (!live) return { how: "stored" };
	try {
		const model = importModel(teacher);
		const g = createGraph();
		applyModel(g, model, { input: g.input("input", { type: "float", dims: inputDims }) });
		return { how: "in-graph", model };
	} catch (error) {
		if (error instanceof LimbeckError && error.category === "model") return { how: "fed", reason: error.message };
		throw error;
	}
}

/** The training that a teacher takes part in. */
export interface TeacherSetting {
	/** Samples a step. */
	readonly batch: number;
	/** Whether a sample looks different from epoch to epoch. */
	readonly randomViews: boolean;
	/** Whether batches are mixed with themselves in the training graph. */
	readonly mixes: boolean;
	/** Whether the objective looks inside the teacher. */
	readonly looksInside: boolean;
	/** The training samples. */
	readonly train: SampleSet;
}

/** A teacher ready to teach, as its plan says. */
export interface OpenTeacher {
	readonly plan: TeacherPlan;
	/** Its logits `[count, classes]` on every training sample, where it is asked once. */
	readonly stored?: Float32Array;
	/** Its logits `[steps, batch, classes]` on a chunk, where it is asked about each. */
	readonly ask: (chunk: Chunk) => Promise<Float32Array | undefined>;
	/** Frees the native memory. */
	readonly release: () => Promise<void>;
}

/**
 * Makes a teacher ready.
 *
 * @throws LimbeckError (`model`) where it is not a classifier of these samples and classes, (`usage`) where it would
 * have to see mixed batches, or be looked into, and the training graph cannot hold it.
 */
export async function openTeacher(
	teacher: OnnxModel,
	{ batch, randomViews, mixes, looksInside, train }: TeacherSetting,
	options: PredictorOptions,
	runtime: Runtime,
): Promise<OpenTeacher> {
	const plan = planTeacher(teacher, [batch, ...options.sampleShape], randomViews || looksInside);
	const release = (): Promise<void> => Promise.resolve();
	const ask = (): Promise<undefined> => Promise.resolve(undefined);
	if (plan.how === "in-graph") return { plan, ask, release };
	if (plan.how === "fed" && looksInside) throw cannotLookInside(plan.reason);
	if (plan.how === "fed" && mixes) throw cannotMix(plan.reason);
	const predictor = await createPredictor(runtime, teacher, options);
	if (plan.how === "fed") {
		return {
			plan,
			// Views are random, so the chunk holds them.
			ask: async ({ samples, indices }) =>
				samples && predictor.logits({ count: indices.length, samples: inMemory(samples) }),
			release: () => predictor.release(),
		};
	}
	try {
		return { plan, stored: await predictor.logits(train), ask, release };
	} finally {
		await predictor.release();
	}
}

function cannotLookInside(reason: string): LimbeckError {
	return new LimbeckError("usage", {
		where: "objectives hints and attention-transfer",
		expected: "a teacher that the training graph can hold, to look inside it",
		got: reason,
		hint: "Leave them out of the mixture, or use another teacher.",
	});
}

function cannotMix(reason: string): LimbeckError {
	return new LimbeckError("usage", {
		where: "augment: mixup",
		expected: "a teacher that the training graph can hold, to see the mixed batches",
		got: reason,
		hint: "Leave mixup out, or use another teacher.",
	});
}
