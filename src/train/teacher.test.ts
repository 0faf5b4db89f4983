import { expect, test } from "vitest";
import { z } from "zod";
import { runtime } from "../../test/support/graphs.js";
import { foreignModel, info, type NodeParts, randomTensor } from "../../test/support/models.js";
import { syntheticData } from "../../test/support/synthetic.js";
import { weightsOf } from "../../test/support/training.js";
import { createInlineLoader } from "../data/loader.js";
import { openSamples } from "../data/open-samples.js";
import { int } from "../graph/attributes.js";
import { buildModel, families } from "../models/index.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Classifier } from "./ensemble.js";
import type { Teacher } from "./teacher.js";
import { trainModel } from "./trainer.js";
import type { TrainingEvent, TrainingJob, TrainingResult } from "./training.js";
import { trainingShape } from "./training-options.js";

const data = syntheticData(60, 20);
const student = buildModel(
	{ family: "mlp", ...families.mlp.options.parse({ hidden: [8] }) },
	{ sampleShape: data.sampleShape, classes: 4, seed: 1 },
);

async function train(
	teacher: Teacher,
	training: object,
): Promise<TrainingResult & { readonly events: readonly TrainingEvent[] }> {
	const events: TrainingEvent[] = [];
	const job: TrainingJob = {
		model: student,
		data,
		teacher,
		seed: 1,
		threads: 1,
		normalization: data.normalization,
		options: z.strictObject(trainingShape).parse({ epochs: 2, batch: 20, ...training }),
		loss: { name: "soft-targets", temperature: 2, hardWeight: 0.1, standardize: false },
	};
	const context = { runtime, createLoader: createInlineLoader, openSamples, now: () => 0 };
	const result = await trainModel(job, { ...context, onEvent: (event) => events.push(event) });
	return { ...result, events };
}

/** A classifier of 5 × 5 images in three colours, channels last, whose answers are probabilities of five classes. */
function colourful(weight: string, ending: readonly NodeParts[]): OnnxModel {
	return foreignModel({
		opset: 18,
		nodes: [
			["Flatten", ["x"], ["flat"]],
			["MatMul", ["flat", "w"], ["z"]],
			["Softmax", ["z"], ["p"], { axis: int(-1) }],
			...ending,
		],
		inputs: [info("x", ["n", 5, 5, 3])],
		outputs: [info("y", ["n", 5])],
		constants: {
			w: randomTensor(weight, [75, 5]),
			half: { type: "float", dims: [], data: Float32Array.of(0.5) },
		},
	});
}

const known: readonly NodeParts[] = [
	["Mul", ["p", "half"], ["q"]],
	["Add", ["q", "q"], ["y"]],
];
/** The same; of OptionalGetElement, which changes nothing, our tables have no entry. */
const unknown: readonly NodeParts[] = [
	["OptionalGetElement", ["p"], ["r"]],
	["Mul", ["r", "half"], ["q"]],
	["Add", ["q", "q"], ["y"]],
];

function ensemble(ending: readonly NodeParts[], combine: "arithmetic" | "geometric" = "arithmetic"): Teacher {
	const normalization = { mean: [0.1, 0.2, 0.3], std: 0.5, size: [5, 5], channels: "bgr", layout: "nhwc" } as const;
	const member = (weight: string): Classifier => ({
		model: colourful(weight, ending),
		where: weight,
		normalization,
		outputs: "auto",
		order: { select: [4, 0, 3, 1] },
		weight: weight === "a" ? 2 : 1,
	});
	return { members: [member("a"), member("b")], combine };
}

function expectSameWeights(one: TrainingResult, other: TrainingResult): void {
	const weights = weightsOf(other.model);
	for (const [name, values] of weightsOf(one.model)) {
		for (const [at, value] of values.entries()) expect(weights.get(name)?.[at], name).toBeCloseTo(value, 3);
	}
}

test.each(["arithmetic", "geometric"] as const)(
	"an ensemble with preprocessing of its own teaches the same in the graph and outside it, %s",
	async (combine) => {
		const [live, fed] = [
			await train(ensemble(known, combine), { jitter: 1 }),
			await train(ensemble(unknown, combine), { jitter: 1 }),
		];
		expect(live.teacher).toEqual({
			how: "in-graph",
			combine,
			members: ["a", "b"].map((where) => ({
				where,
				outputs: "probabilities",
				reason: "rows of 60 samples sum to one",
			})),
		});
		expect(fed.teacher).toMatchObject({ how: "fed", reason: expect.stringContaining("OptionalGetElement") as string });
		expect(live.events.filter(({ kind }) => kind === "teacher")).toEqual([{ kind: "teacher", ...live.teacher }]);
		expectSameWeights(live, fed);
		// Where views do not differ, it is asked once.
		const stored = await train(ensemble(known, combine), {});
		expect(stored.teacher).toMatchObject({ how: "stored" });
		expect(weightsOf(stored.model)).not.toEqual(weightsOf(live.model));
	},
);

test("mixed batches reach a teacher of other sizes and colours", async () => {
	const mixed = await train(ensemble(known), { augment: [{ name: "mixup" }] });
	expect(mixed.teacher).toMatchObject({ how: "in-graph" });
});

test("stored targets teach every view of a sample, which is told; mixed ones they cannot", async () => {
	const logits = new Float32Array(4 * data.train.count);
	for (const [row, label] of data.train.labels.entries()) logits[4 * row + label] = 5;
	const targets = { where: "targets.npz", logits, form: "logits", reason: "told" } as const;
	const taught = await train(targets, { jitter: 1, epochs: 20 });
	const note = "targets.npz: every random view of a sample gets the targets of the sample as it is";
	expect(taught.teacher).toEqual({
		how: "stored",
		members: [{ where: "targets.npz", outputs: "logits", reason: "told", notes: [note] }],
	});
	// 15 by chance.
	expect(taught.validation.errors).toBeLessThan(10);
	expect((await train(targets, {})).teacher?.members[0]).not.toHaveProperty("notes");
	await expect(train(targets, { augment: [{ name: "mixup" }] })).rejects.toThrow("augment: mixup: expected a teacher");
});
