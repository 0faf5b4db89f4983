/** What a training needs on the disk, told before it begins. */
import { stepsForEpochs } from "../data/order.js";
import { fixedViewsOf } from "../data/views.js";
import type { ModelTask } from "../models/family.js";
import { encodeModel } from "../onnx/encode.js";
import { viewBytes } from "../targets/size.js";
import type { TargetForm } from "../targets/targets.js";
import { checkpointBytes } from "../train/checkpoint/checkpoint.js";
import { looksOf } from "../train/plan.js";
import { carriedOf } from "../train/update.js";
import type { NetworkOptions } from "./networks.js";
import { untrained } from "./untrained.js";

/** What a training leaves on the disk, and what it keeps there while it goes on, in bytes. */
export interface DiskNeed {
	/** The network's file. */
	readonly network: number;
	/** A checkpoint, at the most. */
	readonly checkpoint: number;
	/** The teacher's answers, where they are stored. */
	readonly targets: number;
}

/** The data that a network learns from. */
export interface TrainedOn extends Omit<ModelTask, "seed"> {
	/** Training samples. */
	readonly train: number;
}

/**
 * What the training of a network needs on the disk. What its objective learns itself is not counted.
 *
 * @param targets - how the teacher's answers are stored; absent where none are.
 * @throws LimbeckError (`model`, `file`) for a network whose file cannot be read.
 */
export async function diskNeedOf(
	network: NetworkOptions,
	{ train, sampleShape, classes }: TrainedOn,
	targets: TargetForm | undefined,
): Promise<DiskNeed> {
	const { model } = await untrained(network, { sampleShape, classes, seed: 0 });
	const { batch, epochs, optimizer, train: chosen, freeze, keep, divergence, fraction = 1 } = network;
	const carried = carriedOf(model, {
		optimizer,
		...(chosen === undefined ? {} : { train: chosen }),
		...(freeze === undefined ? {} : { freeze }),
	});
	const samples = Math.max(1, Math.round(fraction * train));
	const steps = stepsForEpochs(samples, batch, epochs);
	const looks = Math.min(looksOf(epochs), steps);
	const size = { steps, looks, keep, goesBack: divergence.action === "rollback" };
	const views = (): number => Math.min(fixedViewsOf(network), Math.ceil((steps * batch) / samples));
	return {
		network: encodeModel(model).length,
		checkpoint: checkpointBytes(carried, size),
		targets: targets === undefined ? 0 : views() * viewBytes(targets, samples, classes),
	};
}
