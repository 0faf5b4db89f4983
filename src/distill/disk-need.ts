/** What a training needs on the disk, told before it begins. */
import { stepsForEpochs } from "../data/order.js";
import { fixedViewsOf } from "../data/views.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { viewBytes } from "../targets/size.js";
import type { TargetForm } from "../targets/targets.js";
import { taskOf } from "../tasks/index.js";
import { checkpointBytes } from "../train/checkpoint/checkpoint.js";
import { looksOf } from "../train/plan.js";
import { carriedOf } from "../train/update.js";
import { checkTraining, type PlannedTraining, type TrainedOn } from "./check-training.js";
import type { NetworkOptions } from "./networks.js";
import { networkTask, untrained } from "./untrained.js";

/** What a training leaves on the disk, and what it keeps there while it goes on, in bytes. */
export interface DiskNeed {
	/** The network's file. */
	readonly network: number;
	/** A checkpoint, at the most. */
	readonly checkpoint: number;
	/** The teacher's answers, where they are stored. */
	readonly targets: number;
}

/**
 * Checks a training before it begins, and tells what it needs on the disk. What its objective learns itself is not counted.
 *
 * @param targets - how its teacher's answers are stored; absent where none are.
 * @throws LimbeckError (`model`, `file`) for a network whose file cannot be read; (`usage`, `model`) as `checkTraining` does.
 */
export async function checkedNeedOf(
	step: PlannedTraining,
	on: TrainedOn,
	targets: TargetForm | undefined,
): Promise<DiskNeed> {
	const { model, options } = await untrained(step.network, networkTask(on, on.classes, 0));
	await checkTraining({ ...step, network: options }, model, on);
	return diskNeedOf(model, options, on, targets);
}

function diskNeedOf(
	model: OnnxModel,
	network: NetworkOptions,
	on: TrainedOn,
	targets: TargetForm | undefined,
): DiskNeed {
	const { batch, epochs, keep, divergence, fraction = 1 } = network;
	const carried = carriedOf(model, network);
	const samples = Math.max(1, Math.round(fraction * on.train));
	const width = taskOf(on).answerWidth(on.classes);
	const steps = stepsForEpochs(samples, batch, epochs);
	const looks = Math.min(looksOf(epochs), steps);
	const size = { steps, looks, keep, goesBack: divergence.action === "rollback" };
	const views = (): number => Math.min(fixedViewsOf(network), Math.ceil((steps * batch) / samples));
	return {
		network: encodeModel(model).length,
		checkpoint: checkpointBytes(carried, size),
		targets: targets === undefined ? 0 : views() * viewBytes(targets, samples, width),
	};
}
