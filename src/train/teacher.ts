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
 * Decides how a teacher is asked. One view of every sample is stored. Where views are random the teacher goes into the
 * training graph, if Limbeck knows its operators; a teacher that is quantised, or foreign in another way, answers from a
 * session of its own, which costs a native call more for every chunk of steps.
 *
 * @param inputDims - of the batch that the training graph would give it.
 * @param randomViews - whether a sample looks different from epoch to epoch.
 */
function planTeacher(teacher: OnnxModel, inputDims: readonly number[], randomViews: boolean): TeacherPlan {
	if (!randomViews) return { how: "stored" };
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
	/** The training samples. */
	readonly train: SampleSet;
}

/** A teacher ready to teach, as its plan says. */
export interface OpenTeacher {
	readonly plan: TeacherPlan;
	/** Its logits `[steps, batch, classes]` on a chunk; `undefined` where the training graph asks it. */
	readonly logits: (chunk: Chunk) => Promise<Float32Array | undefined>;
	/** Frees the native memory. */
	readonly release: () => Promise<void>;
}

/**
 * Makes a teacher ready.
 *
 * @throws LimbeckError (`model`) where it is not a classifier of these images and classes.
 */
export async function openTeacher(
	teacher: OnnxModel,
	{ batch, randomViews, train }: TeacherSetting,
	options: PredictorOptions,
	runtime: Runtime,
): Promise<OpenTeacher> {
	const plan = planTeacher(teacher, [batch, ...options.sampleShape], randomViews);
	const release = (): Promise<void> => Promise.resolve();
	if (plan.how === "in-graph") return { plan, logits: () => Promise.resolve(undefined), release };
	const predictor = await createPredictor(runtime, teacher, options);
	if (plan.how === "fed") {
		const logits = ({ samples, indices }: Chunk): Promise<Float32Array> =>
			predictor.logits({ count: indices.length, samples: inMemory(samples) });
		return { plan, logits, release: () => predictor.release() };
	}
	try {
		const stored = await predictor.logits(train);
		return { plan, logits: ({ indices }) => Promise.resolve(gatherRows(stored, indices, options.classes)), release };
	} finally {
		await predictor.release();
	}
}

function gatherRows(rows: Float32Array, indices: Uint32Array, width: number): Float32Array {
	const out = new Float32Array(indices.length * width);
	for (let at = 0; at < indices.length; at++) {
		const from = (indices[at] ?? 0) * width;
		for (let column = 0; column < width; column++) out[at * width + column] = rows[from + column] ?? 0;
	}
	return out;
}
