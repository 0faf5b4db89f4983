/** A distillation without files that is stopped: its student so far, and the rest of it. */
import { expect, test } from "vitest";
import { createInlineLoader } from "../../src/data/loader.js";
import { buildModel, families } from "../../src/models/index.js";
import { encodeModel } from "../../src/onnx/encode.js";
import type { Checkpoint } from "../../src/train/checkpoint/checkpoint.js";
import type { TrainingContext } from "../../src/train/training.js";
import { distillStudent, type StudentJob, studentAt } from "../../src/workflows/distill/distill-student.js";
import { parseRecipe } from "../../src/workflows/distill/recipe.js";
import { runtime } from "../support/graphs.js";
import { syntheticData } from "../support/synthetic.js";

const data = syntheticData();
const { sampleShape, classes } = data;
/** At a constant rate, so that its first half is a training of half as many epochs. */
const job: StudentJob = {
	recipe: parseRecipe({
		student: { hidden: [6], batch: 20, epochs: 4, schedule: { name: "constant" } },
		distillation: { name: "soft-targets" },
	}),
	data,
	teacher: buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [8] }) },
		{ sampleShape, classes: classes.length, seed: 9 },
	),
	seed: 1,
};
const context: TrainingContext = { runtime, createLoader: createInlineLoader, now: () => 0 };

test("the student so far is that of as many epochs, and going on ends as if there had been no stop", async () => {
	const whole = await distillStudent(job, context);
	const stop = new AbortController();
	let checkpoint: Checkpoint | undefined;
	const keeping: TrainingContext = {
		...context,
		checkpointSeconds: 0,
		checkpoints: {
			newest: () => Promise.resolve(checkpoint),
			save(reached) {
				checkpoint = reached;
				return Promise.resolve();
			},
		},
	};
	const stopping = distillStudent(job, {
		...keeping,
		stop: stop.signal,
		onEvent: (event) => {
			if (event.kind === "validation" && event.step === 20) stop.abort();
		},
	});
	await expect(stopping).rejects.toMatchObject({ category: "interrupted" });
	if (checkpoint === undefined) throw new TypeError("expected a checkpoint");
	expect(checkpoint.history.losses).toEqual(whole.history.losses.slice(0, 20));

	const { recipe } = job;
	const half = await distillStudent(
		{ ...job, recipe: { ...recipe, student: { ...recipe.student, epochs: 2 } } },
		context,
	);
	expect(half.steps).toBe(20);
	expect(encodeModel(studentAt(job, checkpoint))).toEqual(encodeModel(half.model));
	expect(encodeModel((await distillStudent(job, keeping)).model)).toEqual(encodeModel(whole.model));
});
