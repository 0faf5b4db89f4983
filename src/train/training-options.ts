import { z } from "zod";
import { anyOf } from "../choices.js";
import { transformOptions, transforms } from "../data/transforms/index.js";
import { jitterField } from "../data/transforms/jitter.js";
import { optimizerOptions, optimizers } from "../optim/optimizers.js";
import { scheduleOptions } from "../optim/schedules.js";
import { deviceChoices } from "../runtime/devices.js";

/** What is done when training diverges. */
const divergenceOptions = z.strictObject({
	action: z
		.enum(["stop", "rollback"])
		.default("stop")
		.describe("stop, or go back to the last look at validation and on from there with a smaller learning rate"),
	tries: z.int().min(1).max(20).default(3).describe("rollbacks in a run before it stops after all"),
	factor: z.number().gt(0).lt(1).default(0.5).describe("what the learning rate is multiplied by at each rollback"),
	// Off by default: an objective may itself change the size of its loss in a run, where it has stages or a ramp.
	spike: z
		.number()
		.min(2)
		.optional()
		.describe(
			"a loss above so many times the median of the 32 before it, and above the first, is divergence too; " +
				"only numbers that are not finite where absent",
		),
});

/** The fields of a recipe that say how a network is trained. */
export const trainingShape = {
	epochs: z.number().gt(0).max(100_000).default(20).describe("passes over the training samples"),
	batch: z.int().min(1).max(16_384).default(128).describe("samples per step"),
	optimizer: optimizerOptions
		.prefault({ name: "adam" })
		.describe(`update rule: ${anyOf(Object.keys(optimizers))}, with its options`),
	schedule: scheduleOptions.prefault({ name: "cosine" }).describe("learning rate over the run"),
	momentumSchedule: scheduleOptions.prefault({ name: "constant" }).describe("momentum (β₁) over the run"),
	warmupEpochs: z.number().min(0).default(0.5).describe("epochs in which the learning rate rises to its base"),
	clipNorm: z.number().gt(0).optional().describe("limit of the gradients' joint L2 norm"),
	maxNorm: z.number().gt(0).optional().describe("limit of the L2 norm of each unit's incoming weights"),
	train: z
		.array(z.string().min(1))
		.min(1)
		.optional()
		.describe(
			'names of the weights to train, with * and ?, such as ["head.*"]; the others are frozen; all where absent',
		),
	freeze: z
		.array(z.string().min(1))
		.min(1)
		.optional()
		.describe('names of weights not to train, with * and ?, such as ["body.*"]; none where absent'),
	jitter: jitterField,
	batchNorm: z
		.enum(["batch", "running"])
		.default("batch")
		.describe("statistics of BatchNormalization while training: the batch's, or the running averages, frozen"),
	augment: z
		.array(transformOptions)
		.default([])
		.describe(`changes of the training samples, in turn: ${Object.keys(transforms).join(", ")}, with their options`),
	views: z
		.int()
		.min(1)
		.max(65_536)
		.optional()
		.describe("fixed augmented views of each sample, one an epoch in turn; a fresh one every epoch where absent"),
	viewSeed: z.int().min(0).max(0xffff_ffff).default(0).describe("seed of the fixed views, the same in every run"),
	divergence: divergenceOptions.prefault({}).describe("what is done when the loss is not finite or explodes"),
	device: z
		.enum(deviceChoices)
		.optional()
		.describe("what computes its training; auto: the first device that works, or the processor; cpu where absent"),
	keep: z.enum(["last", "best"]).default("last").describe("weights to keep: the last, or the best by validation"),
};

/** How a network is trained. */
export type TrainingOptions = z.infer<z.ZodObject<typeof trainingShape>>;
