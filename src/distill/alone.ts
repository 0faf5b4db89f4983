/** Whether a model answers a sample alone as it does among others, which is how it is used and how it is measured. */
import type { SampleShape, TestSet } from "../data/data-set.js";
import { readSamples } from "../data/open-samples.js";
import { predictedClasses } from "../metrics/index.js";
import type { Notice } from "../notices.js";
import { ownAnswers } from "../tasks/task.js";
import type { OpenedModel } from "./evaluated-model.js";

/** The code of the notice. */
export const dependsOnBatch = "depends-on-batch";

/** Samples that are asked for alone, evenly over the split. */
const most = 16;
/** The most by which a logit may differ, as a share of the largest of its row, at least 1: kernels round otherwise. */
const tolerance = 0.01;

/**
 * Asks a model for some samples one at a time, and compares with its answers on the whole split.
 *
 * @param logits - `[count, classes]`, its answers on all of the split.
 * @returns what to report of a model whose answers depend on what else is in the batch; `undefined` for others.
 */
export async function answersAlone(
	{ path, ensemble, task }: Pick<OpenedModel, "path" | "ensemble" | "task">,
	test: Pick<TestSet, "count" | "samples" | "classes">,
	sampleShape: SampleShape,
	logits: Float32Array,
): Promise<Notice | undefined> {
	const count = Math.min(most, test.count);
	if (test.count < 2) return undefined;
	const width = test.classes.length;
	let [changed, classes, largest] = [0, 0, 0];
	for (let k = 0; k < count; k++) {
		const row = Math.floor((k * test.count) / count);
		const alone = { count: 1, samples: readSamples(test, sampleShape, Uint32Array.of(row)) };
		const { logits: whole } = await ensemble.answers(alone);
		const own = ownAnswers(whole, task, width);
		const among = logits.subarray(row * width, (row + 1) * width);
		const scale = among.reduce((size, value) => Math.max(size, Math.abs(value)), 1);
		const difference = among.reduce((size, value, at) => Math.max(size, Math.abs(value - (own[at] ?? Number.NaN))), 0);
		largest = Math.max(largest, difference);
		if (difference <= tolerance * scale) continue;
		changed++;
		if (task.name === "classification" && isOtherClass(own, among)) classes++;
	}
	if (changed === 0) return undefined;
	const other = task.name === "classification" ? `, ${String(classes)} with another class; logits` : "; answers";
	return {
		code: dependsOnBatch,
		text:
			`${path} answers a sample otherwise when it is alone in the batch: ${String(changed)} of ${String(count)} ` +
			`samples that were tried${other} differ by up to ${largest.toPrecision(3)}.`,
		hint: "Export the network for inference (in PyTorch in evaluation mode): batch normalisation must use its running averages.",
	};
}

function isOtherClass(a: Float32Array, b: Float32Array): boolean {
	return predictedClasses(a, a.length)[0] !== predictedClasses(b, b.length)[0];
}
