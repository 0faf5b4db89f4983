import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { runtime } from "../../test/support/graphs.js";
import { storedBytes, syntheticData } from "../../test/support/synthetic.js";
import { weightsOf } from "../../test/support/training.js";
import type { Split } from "../data/data-set.js";
import { createInlineLoader } from "../data/loader.js";
import { openSamples } from "../data/open-samples.js";
import { inMemory } from "../data/samples.js";
import { buildModel, families } from "../models/index.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel, OnnxNode } from "../onnx/model.js";
import { bindingRuntime } from "../runtime/node.js";
import type { Runtime } from "../runtime/runtime.js";
import { taskOf } from "../tasks/index.js";
import { trainModel } from "./trainer.js";
import type { TrainingEvent, TrainingJob, TrainingResult } from "./training.js";
import { trainingShape } from "./training-options.js";

const data = syntheticData();

function network(options: object = {}): OnnxModel {
	const parsed = families.mlp.options.parse({ hidden: [32], ...options });
	return buildModel({ family: "mlp", ...parsed }, { sampleShape: data.sampleShape, classes: 4, seed: 1 });
}

const optionsOf = (options: object = {}): TrainingJob["options"] =>
	z.strictObject(trainingShape).parse({ epochs: 5, batch: 20, ...options });

const job = (changes: Partial<TrainingJob> = {}): TrainingJob => ({
	model: network(),
	data,
	normalization: { mean: 0.3, std: 0.2 },
	options: optionsOf(),
	loss: { name: "cross-entropy" },
	seed: 1,
	threads: 1,
	...changes,
});

async function train(
	one: TrainingJob,
	engine: Runtime = runtime,
): Promise<TrainingResult & { readonly events: readonly TrainingEvent[] }> {
	const events: TrainingEvent[] = [];
	// A clock that stands still: no result may depend on it.
	const context = { runtime: engine, createLoader: createInlineLoader, openSamples, now: () => 0 };
	const result = await trainModel(one, { ...context, onEvent: (event) => events.push(event) });
	return { ...result, events };
}

const bitsOf = ({ model }: TrainingResult): string => Buffer.from(encodeModel(model)).toString("base64");

describe("training", () => {
	test("learns, and tells how it goes", async () => {
		const { steps, keptStep, validation, events } = await train(job({ options: optionsOf({ epochs: 10 }) }));
		expect([steps, keptStep]).toEqual([100, 100]);
		expect(validation.errors).toBeLessThan(5);
		const checks = events.filter((event) => event.kind === "validation");
		expect(checks.map(({ step }) => step)).toEqual(Array.from({ length: 10 }, (_, i) => 10 * (i + 1)));
		expect(checks.at(-1)).toMatchObject({
			epoch: 10,
			errors: validation.errors,
			accuracy: 1 - (validation.errors ?? NaN) / 40,
		});
		const losses = events.flatMap((event) => (event.kind === "progress" ? [event.loss] : []));
		expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 4);
	});

	test("looks at validation 20 times in a long run, and once in one of less than an epoch", async () => {
		const looks = async (epochs: number): Promise<number> =>
			(await train(job({ options: optionsOf({ epochs }) }))).events.filter(({ kind }) => kind === "validation").length;
		expect(await looks(30)).toBe(20);
		expect(await looks(0.5)).toBe(1);
	});

	test.each([
		{},
		{ keep: "best" },
		{ optimizer: { name: "sgd", learningRate: 1000 }, divergence: { action: "rollback", factor: 0.001 } },
	])("in two sets of arrays that take turns gives the bits that copies give: %j", async (options) => {
		expect(runtime.writesInPlace).toBe(true);
		const taken = await train(job({ options: optionsOf(options) }));
		const copied = await train(job({ options: optionsOf(options) }), await bindingRuntime());
		expect(taken.rollbacks).toEqual(copied.rollbacks);
		expect(taken.history).toEqual(copied.history);
		expect(bitsOf(taken)).toBe(bitsOf(copied));
	});

	test("keeps the weights of the fewest validation errors where asked", async () => {
		const { keptStep, validation, events } = await train(
			job({ options: optionsOf({ keep: "best", optimizer: { name: "sgd", learningRate: 0.5 } }) }),
		);
		const checks = events.filter((event) => event.kind === "validation");
		const { badness } = taskOf({});
		const fewest = Math.min(...checks.map(badness));
		expect(validation.errors).toBe(fewest);
		expect(keptStep).toBe(checks.find((check) => badness(check) === fewest)?.step);
	});

	const regularised = job({
		model: network({ hidden: [128, 128], inputDropout: 0.2, hiddenDropout: 0.5 }),
		options: optionsOf({ epochs: 2, jitter: 1, maxNorm: 2, clipNorm: 1 }),
	});

	test("one seed, one result, to the bit, with one thread and with two; another seed, another", async () => {
		const one = bitsOf(await train(regularised));
		expect(bitsOf(await train(regularised))).toBe(one);
		expect(bitsOf(await train({ ...regularised, threads: 2 }))).toBe(one);
		expect(bitsOf(await train({ ...regularised, seed: 2 }))).not.toBe(one);
	});

	test.each([0, 1])(
		"a student learns from a teacher alone, without a label (Hinton et al. 2015, §2), jitter %i",
		async (jitter) => {
			const options = optionsOf({ epochs: 10, jitter, optimizer: { name: "adam", learningRate: 0.01 } });
			const { model: teacher } = await train(job({ options: optionsOf({ epochs: 10 }) }));
			const blind = { ...data, train: { ...data.train, labels: new Int32Array(data.train.count) } };
			const { validation } = await train(
				job({
					data: blind,
					options,
					teacher,
					model: network({ hidden: [16] }),
					loss: { name: "soft-targets", temperature: 4, hardWeight: 0, standardize: false },
				}),
			);
			expect(validation.errors).toBeLessThan(10);
		},
	);

	describe("a teacher under random views", () => {
		const teacher = network();
		const loss = { name: "soft-targets", temperature: 4, hardWeight: 0, standardize: false } as const;
		const taught = (by: OnnxModel) =>
			train(job({ teacher: by, loss, options: optionsOf({ jitter: 1 }), model: network({ hidden: [16] }) }));
		/** The teacher with nodes between its last layer and its output. */
		const ending = (...ops: readonly (readonly [opType: string, outputs: readonly string[]])[]): OnnxModel => {
			const { graph } = teacher;
			const last = ops.map(([opType, outputs], index): OnnxNode => {
				const inputs = ops[index - 1]?.[1] ?? ["inner"];
				return { name: "", opType, domain: "", inputs, outputs, attributes: new Map() };
			});
			const nodes = graph.nodes.map((node) => ({
				...node,
				outputs: node.outputs.map((name) => (name === "logits" ? "inner" : name)),
			}));
			return { ...teacher, graph: { ...graph, nodes: [...nodes, ...last] } };
		};
		const told = ({ events }: { readonly events: readonly TrainingEvent[] }): readonly TrainingEvent[] =>
			events.filter(({ kind }) => kind === "teacher");

		test("that the graph cannot hold is asked about every chunk, and teaches the same", async () => {
			const live = await taught(teacher);
			expect(told(live)).toMatchObject([{ kind: "teacher", how: "in-graph", members: [{ outputs: "logits" }] }]);
			// OptionalGetElement changes nothing; our tables have no entry for it, and the file no type.
			const fed = await taught(ending(["OptionalGetElement", ["same"]], ["OptionalGetElement", ["logits"]]));
			expect(told(fed)).toMatchObject([
				{ kind: "teacher", how: "fed", reason: expect.stringContaining("same (OptionalGetElement)") as string },
			]);
			const weights = weightsOf(fed.model);
			for (const [name, values] of weightsOf(live.model)) {
				for (const [at, value] of values.entries()) expect(weights.get(name)?.[at]).toBeCloseTo(value, 3);
			}
		});

		test("may be quantised", async () => {
			const fed = await taught(
				ending(["DynamicQuantizeLinear", ["q", "scale", "zero"]], ["DequantizeLinear", ["logits"]]),
			);
			expect(told(fed)).toMatchObject([
				{ kind: "teacher", how: "fed", reason: expect.stringContaining("A quantised model") as string },
			]);
		});

		test("cannot see mixed batches where the graph cannot hold it", async () => {
			const foreign = ending(["OptionalGetElement", ["same"]], ["OptionalGetElement", ["logits"]]);
			const options = optionsOf({ augment: [{ name: "flip" }, { name: "mixup" }] });
			await expect(train(job({ teacher: foreign, loss, options }))).rejects.toThrow(
				expect.objectContaining({ category: "usage", where: "augment: mixup" }) as Error,
			);
		});
	});

	test("gives the same bits from memory, from a file, and from floats", async () => {
		const folder = await mkdtemp(join(tmpdir(), "limbeck-trainer-"));
		try {
			const one = bitsOf(await train(job()));
			const path = join(folder, "samples");
			await writeFile(path, Buffer.concat([Buffer.alloc(3), storedBytes(data.train)]));
			const inFile = { ...data.train, samples: { kind: "file", type: "uint8", path, offset: 3 } } as const;
			expect(bitsOf(await train(job({ data: { ...data, train: inFile } })))).toBe(one);
			const floats = (split: Split): Split => ({
				...split,
				samples: inMemory(Float32Array.from(storedBytes(split))),
			});
			// Of bytes, mean and deviation are those of byte / 255; powers of two, so that nothing is rounded.
			const normalization = { mean: 0, std: 0.5 };
			const bytes = bitsOf(await train(job({ normalization })));
			const scaled = { ...data, train: floats(data.train), validation: floats(data.validation) };
			expect(bitsOf(await train(job({ data: scaled, normalization: { mean: 0, std: 127.5 } })))).toBe(bytes);
		} finally {
			await rm(folder, { recursive: true });
		}
	});

	test("augmentation of every kind: the same bits again, other bits than without", async () => {
		const augment = ["flip", "crop", "cutout", "mixup"].map((name) => ({
			name,
			...(name === "crop" ? { padding: 2 } : {}),
		}));
		const bits = async (list: typeof augment): Promise<string> =>
			bitsOf(await train(job({ options: optionsOf({ augment: list }) })));
		const all = await bits(augment);
		expect(await bits(augment)).toBe(all);
		for (const one of augment) expect(await bits(augment.filter((other) => other !== one))).not.toBe(all);
	});

	test("stops at a loss that is not finite, and names the step", async () => {
		const options = optionsOf({ optimizer: { name: "sgd", learningRate: 1000 }, warmupEpochs: 0 });
		const error = await train(job({ options })).catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ name: "LimbeckError", category: "training" });
		expect((error as Error).message).toMatch(/^(loss at|parameter\/.* by) step \d+: expected finite numbers/);
		expect((error as Error).message).toContain("1000 with sgd");
	});
});
