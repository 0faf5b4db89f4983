/** When a training is saved. */
import { interruption, type LimbeckError } from "../errors.js";
import type { Checkpoints } from "./checkpoint/checkpoint.js";
import type { OpenTraining } from "./open-training.js";
import { checkpointOf, type Reached } from "./reached.js";
import type { TrainingContext } from "./training.js";

/** Seconds between checkpoints, where saving one takes next to no time. */
const usualSeconds = 30;
/** Times as long as saving takes that training goes on before the next. */
const shareOfSaving = 100;

/**
 * What saves a training after a call, where it is time; it throws (`interrupted`) where training is told to stop, when
 * the checkpoint is saved.
 *
 * @param losses - those of all steps so far.
 * @param seconds - how long the training has taken.
 */
export function saver(
	{ memory, totalSteps }: OpenTraining,
	{ now, checkpoints, checkpointSeconds, stop }: TrainingContext,
	losses: Float32Array,
	seconds: () => number,
): (at: Reached, step: number) => Promise<void> {
	const whenDue = cadence(now, checkpointSeconds);
	return async (at, step) => {
		if (step >= totalSteps) return;
		if (checkpoints !== undefined) {
			await whenDue(stop?.aborted === true, () => {
				const state = memory.read(at.state);
				return checkpoints.save(checkpointOf(at, { state, step, losses, seconds: seconds() }));
			});
		}
		if (stop?.aborted === true) throw stopped(step, checkpoints);
	};
}

/** Saves when it is time, or at once where asked. */
type Cadence = (atOnce: boolean, save: () => Promise<void>) => Promise<void>;

/** Unless told how often, so rarely that it costs a hundredth of the time. */
function cadence(now: () => number, wanted: number | undefined): Cadence {
	let last = now();
	let took = 0;
	return async (atOnce, save) => {
		const begun = now();
		const pause = wanted === undefined ? Math.max(1000 * usualSeconds, shareOfSaving * took) : 1000 * wanted;
		if (!atOnce && begun - last < pause) return;
		await save();
		last = now();
		took = last - begun;
	};
}

function stopped(step: number, checkpoints: Checkpoints | undefined): LimbeckError {
	const hint = checkpoints === undefined ? undefined : "Its state is kept: the same command goes on from here.";
	return interruption(`training, after step ${String(step)}`, hint);
}
