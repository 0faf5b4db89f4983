/** What a training is refused for before it begins: by its plan, and again where it is done. */
import type { AnyDataSet } from "../data/data-set.js";
import { refuseUnknownClasses } from "../data/fraction.js";
import type { StepData } from "../data/index.js";
import { mixupOf, prepareViews } from "../data/transforms/index.js";
import { LimbeckError } from "../errors.js";
import type { LossOptions } from "../losses/index.js";
import type { ModelTask } from "../models/family.js";
import type { OnnxModel } from "../onnx/model.js";
import { taskOf } from "../tasks/index.js";
import type { TaskName } from "../tasks/names.js";
import { refuseLabels } from "../train/labels.js";
import { looksInside } from "../train/objective.js";
import { soleGraphTeacher } from "../train/teacher.js";
import { checkJob } from "../train/trainer.js";
import type { TrainingJob } from "../train/training.js";
import type { NetworkOptions } from "./networks.js";
import { givenInGraph } from "./teachers/in-graph.js";
import type { KnownTeacher } from "./teachers/sources.js";
import { networkTask, untrained } from "./untrained.js";

/** The data that a network learns from. */
export interface TrainedOn extends Omit<ModelTask, "seed"> {
	/** What is learned; classes where absent. */
	readonly task?: TaskName | undefined;
	/** Training samples. */
	readonly train: number;
}

/** A network that another is to teach; of its store, which classes are kept. */
export interface Pupil {
	readonly network: NetworkOptions;
	readonly loss: LossOptions;
	readonly store?: { readonly topK?: number | undefined } | undefined;
}

/** A training as its plan has it. */
export interface PlannedTraining extends Pupil {
	readonly data: StepData;
	readonly teacher?: KnownTeacher | undefined;
	readonly specialist?: object | undefined;
	readonly pupils?: readonly Pupil[] | undefined;
}

/**
 * Refuses a training that cannot begin. What only its samples show is for the training itself, and of a teacher's files
 * what the training graph need not hold.
 *
 * @param start - its network.
 * @throws LimbeckError (`usage`, `model`) for augmentation that does not fit the samples, classes that there are not, an
 * objective that does not fit, labels that there are not.
 */
export async function checkTraining(step: PlannedTraining, start: OnnxModel, on: TrainedOn): Promise<void> {
	const { network, loss, store, teacher, specialist, pupils = [] } = step;
	if ("unlabelled" in step.data && step.data.unlabelled) refuseLabels(loss);
	refuseUnknownClasses(network.classes ?? [], on.classes);
	prepareViews({ ...network, sampleShape: on.sampleShape, type: "uint8", seed: 0 });
	checkTopK(store, on.classes, on);
	const shared = { data: standInFor(on), normalization: { mean: 0, std: 1 }, seed: 0 };
	const mixes = mixupOf(network) !== undefined;
	const need = { ...on, looksInside: looksInside(loss), mixes, batch: network.batch };
	const inside = teacher === undefined ? undefined : await givenInGraph(teacher, need);
	// A specialist has other outputs, which are known when its classes are; a trained teacher was told of its pupils.
	if (specialist === undefined && (teacher === undefined || inside !== undefined || !need.looksInside)) {
		checkJob({ ...shared, model: start, options: network, loss }, inside);
	}
	await checkPupils(pupils, start, shared);
}

/**
 * Refuses pupils that cannot learn from the network before them, the first from `start`.
 *
 * @throws LimbeckError (`usage`, `model`) as their trainings would.
 */
export async function checkPupils(
	pupils: readonly Pupil[],
	start: OnnxModel,
	shared: Pick<TrainingJob, "data" | "normalization" | "seed" | "threads">,
): Promise<void> {
	const { classes } = shared.data;
	let teacher = start;
	for (const { network: options, loss, store } of pupils) {
		checkTopK(store, classes.length, shared.data);
		const task = taskOf(shared.data);
		const pupil = await untrained(options, networkTask(shared.data, classes.length, shared.seed), shared.data);
		const job = { ...shared, model: pupil.model, options: pupil.options, loss };
		checkJob(job, soleGraphTeacher(teacher, shared.normalization, { task, width: classes.length }));
		teacher = pupil.model;
	}
}

function checkTopK(store: Pupil["store"], classes: number, { task }: { readonly task?: TaskName | undefined }): void {
	if (store?.topK === undefined) return;
	if (task !== undefined) {
		const expected = "the most probable classes to keep, of the task classification";
		throw new LimbeckError("usage", {
			where: "targets.topK",
			expected,
			got: `the task ${task}`,
			hint: "Leave it out.",
		});
	}
	if (store.topK < classes) return;
	const expected = `fewer than the ${String(classes)} classes`;
	const hint = "Leave it out to keep every logit.";
	throw new LimbeckError("usage", { where: "targets.topK", expected, got: String(store.topK), hint });
}

/** Data of which only the shape is looked at. */
function standInFor({ task, sampleShape, classes, train: count }: TrainedOn): AnyDataSet {
	const samples = { kind: "memory", type: "uint8", data: new Uint8Array() } as const;
	const train = { count, labels: new Int32Array(), samples };
	const names = Array.from({ length: classes }, (_, index) => String(index));
	return {
		name: "",
		...(task === undefined ? {} : { task }),
		classes: names,
		sampleShape,
		normalization: { mean: 0, std: 1 },
		fingerprint: "",
		train,
		validation: train,
	};
}
