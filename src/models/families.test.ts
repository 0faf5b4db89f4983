import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { numbers, real, runtime } from "../../test/support/graphs.js";
import { logitsOfDraws } from "../../test/support/logits.js";
import { graphOptions, plainTraining, takeSteps } from "../../test/support/training.js";
import { decodeModel } from "../onnx/decode.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import { optimizerOptions } from "../optim/optimizers.js";
import { trainingShape } from "../train/training-options.js";
import { buildModel, type FamilyName, families, familyOf, type ModelSpec } from "./index.js";
import { selectTrainable } from "./trainable.js";

type Task = Parameters<typeof buildModel>[1];

/** A network whose number of parameters is known from elsewhere. */
interface Known {
	readonly what: string;
	readonly options: Readonly<Record<string, unknown>>;
	readonly sampleShape: Task["sampleShape"];
	readonly classes: number;
	readonly parameters: number;
}

/** What is checked of a family: a small network of it, and the sizes of known ones. */
interface FamilyCase {
	readonly small: Readonly<Record<string, unknown>>;
	/** Other small networks, whose forward pass is checked. */
	readonly variants: readonly Readonly<Record<string, unknown>>[];
	readonly known: readonly Known[];
}

const cifar = { sampleShape: [3, 32, 32], classes: 100 } as const;

const cases: Readonly<Record<FamilyName, FamilyCase>> = {
	mlp: {
		small: { hidden: [32] },
		variants: [{ hidden: [] }, { activation: "gelu", hidden: [8, 8], hiddenDropout: 0.5 }],
		known: [
			{
				what: "the teacher of Hinton et al. 2015, §3: 784-1200-1200-10",
				options: { hidden: [1200, 1200] },
				sampleShape: [1, 28, 28],
				classes: 10,
				parameters: 2_395_210,
			},
		],
	},
	acoustic: {
		small: { layers: 1, units: 32 },
		variants: [{ layers: 3, units: 16, inputDropout: 0.1 }],
		known: [
			{
				// 26 · 40 inputs, two layers of 64, 60 states.
				what: "2x64 on 26 frames of 40",
				options: { layers: 2, units: 64 },
				sampleShape: [26, 40],
				classes: 60,
				parameters: 1040 * 64 + 64 + 64 * 64 + 64 + 64 * 60 + 60,
			},
		],
	},
	cnn: {
		small: { channels: [8, 16], convolutions: 1 },
		variants: [
			{ channels: [4, 4, 4, 4, 4], normalize: false, dropout: 0.5 },
			{ channels: [4], kernel: 4 },
		],
		known: [
			{
				// Convolutions 9 (1·8 + 8·8 + 8·16 + 16·16), two numbers a channel of each norm, the head 16·10 + 10.
				what: "[8, 16], two convolutions each",
				options: { channels: [8, 16] },
				sampleShape: [1, 28, 28],
				classes: 10,
				parameters: 9 * (8 + 64 + 128 + 256) + 2 * (8 + 8 + 16 + 16) + 170,
			},
			{
				what: "the same without norms",
				options: { channels: [8, 16], normalize: false },
				sampleShape: [1, 28, 28],
				classes: 10,
				parameters: 9 * (8 + 64 + 128 + 256) + 48 + 170,
			},
		],
	},
	resnet: {
		small: { depth: 8, width: 0.25, stem: 4 },
		variants: [{ depth: 14, width: 0.25, zeroInit: true, dropout: 0.5 }],
		// Tian et al. 2020 (RepDistiller), on CIFAR-100.
		known: [
			{ what: "resnet8x4", options: { depth: 8, width: 4 }, ...cifar, parameters: 1_233_540 },
			{ what: "resnet32x4", options: { depth: 32, width: 4 }, ...cifar, parameters: 7_433_860 },
			{ what: "resnet20", options: { depth: 20 }, ...cifar, parameters: 278_324 },
		],
	},
	mobilenet: {
		small: {
			width: 0.25,
			last: 32,
			stages: [
				[16, 1, 1],
				[24, 2, 2],
			],
		},
		variants: [{ width: 0.1, last: 8, expansion: 1, dropout: 0.5, stages: [[8, 2, 1]] }],
		known: [
			{
				what: "torchvision's mobilenet_v2",
				options: {},
				sampleShape: [3, 224, 224],
				classes: 1000,
				parameters: 3_504_872,
			},
		],
	},
	vit: {
		small: { dim: 16, heads: 2, depth: 2 },
		variants: [
			{ dim: 8, heads: 1, depth: 1, pool: "mean" },
			{ dim: 8, heads: 4, depth: 1, patch: 8, dropout: 0.1 },
		],
		known: [
			{
				what: "timm's vit_tiny_patch16_224",
				options: { patch: 16, depth: 12 },
				sampleShape: [3, 224, 224],
				classes: 1000,
				parameters: 5_717_416,
			},
		],
	},
};

const task: Task = { sampleShape: [3, 8, 8], classes: 4, seed: 1 };

function build(family: FamilyName, options: Readonly<Record<string, unknown>>, forTask: Task = task): OnnxModel {
	// The family's own schema has parsed the options beside its name.
	return buildModel({ family, ...familyOf(family).options.parse(options) } as unknown as ModelSpec, forTask);
}

/** Logits of `batch` samples, the same samples for every model. */
const logitsOf = (bytes: Uint8Array, batch: number): Promise<readonly number[]> =>
	logitsOfDraws(bytes, batch, task.sampleShape, task.classes);

describe.each(Object.keys(families) as FamilyName[])("%s", (family) => {
	const { small, variants, known } = cases[family];

	test.each(known)("$what has $parameters parameters", ({ options, sampleShape, classes, parameters }) => {
		const weights = selectTrainable(build(family, options, { sampleShape, classes, seed: 1 }));
		expect(weights.reduce((sum, { tensor }) => sum + tensor.data.length, 0)).toBe(parameters);
	});

	test.each([small, ...variants])("%j: any batch, the same answers", async (options) => {
		const bytes = encodeModel(build(family, options));
		const all = await logitsOf(bytes, 8);
		expect(new Set(all).size).toBeGreaterThan(task.classes);
		for (const batch of [1, 3]) {
			const few = await logitsOf(bytes, batch);
			for (const [i, value] of few.entries()) expect(value).toBeCloseTo(all[i] ?? Number.NaN, 5);
		}
	});

	test("saved and loaded gives the same logits, to the bit", async () => {
		const bytes = encodeModel(build(family, small));
		expect(await logitsOf(encodeModel(decodeModel(bytes)), 5)).toEqual(await logitsOf(bytes, 5));
	});

	test("same seed, same bits; another seed, other weights", () => {
		const bitsOf = (seed: number): string =>
			Buffer.from(encodeModel(build(family, small, { ...task, seed }))).toString("base64");
		expect(bitsOf(1)).toBe(bitsOf(1));
		expect(bitsOf(1)).not.toBe(bitsOf(2));
	});

	test("has no option that is a name of training's", () => {
		expect(Object.keys(families[family].options.shape).filter((name) => name in trainingShape)).toEqual([]);
	});

	test("its short form names options that it takes", () => {
		const { short, parseShort, shortOf, options } = familyOf(family);
		const named = parseShort(short.example);
		expect(options.parse(named)).toMatchObject(named ?? {});
		expect(shortOf(options.parse(named))).toBe(short.example);
		expect([parseShort("x")].filter((one) => one !== undefined && options.safeParse(one).success)).toEqual([]);
	});

	test("overfits one batch, and keeps what it learnt when saved", async () => {
		const draws = createDraws(3, "batch");
		const [batch, steps] = [8, 80];
		const pixels = Array.from({ length: batch * elementCount(task.sampleShape) }, () => draws.integer(0, 255));
		const labels = Array.from({ length: batch }, () => draws.integer(0, task.classes - 1));
		const repeat = (values: readonly number[]): number[] => Array.from({ length: steps }, () => values).flat();
		const { losses, model } = await takeSteps(
			graphOptions({
				...plainTraining,
				...task,
				batch,
				totalSteps: steps,
				model: build(family, small),
				normalization: { mean: 0.5, std: 0.3 },
				optimizer: optimizerOptions.parse({ name: "adam", learningRate: 0.01 }),
			}),
			{ pixels: Uint8Array.from(repeat(pixels)), labels: Int32Array.from(repeat(labels)) },
		);
		expect(losses[0]).toBeGreaterThan(0.5);
		expect(losses.at(-1)).toBeLessThan(0.02);
		const session = await runtime.createSession(encodeModel(decodeModel(encodeModel(model))), { threads: 1 });
		const input = real(
			"float",
			[batch, ...task.sampleShape],
			pixels.map((pixel) => (pixel / 255 - 0.5) / 0.3),
		);
		const logits = numbers(await session.run({ input }), "logits");
		await session.release();
		const classes = Array.from({ length: batch }, (_, row) => {
			const scores = logits.slice(row * task.classes, (row + 1) * task.classes);
			return scores.indexOf(Math.max(...scores));
		});
		expect(classes).toEqual(labels);
	});
});

describe("sizes that do not fit", () => {
	test.each([
		["vit", { patch: 3 }, "vit: patch: expected a divisor of the image's sides, 8 and 8, got 3"],
		["vit", { dim: 10, heads: 3 }, "vit: heads: expected a divisor of dim, 10, got 3"],
	] as const)("%s %j", (family, options, message) => {
		expect(() => build(family, options)).toThrow(message);
	});

	test("a depth that no residual network has", () => {
		expect(families.resnet.options.safeParse({ depth: 18 }).error?.issues[0]?.message).toContain("6n + 2");
	});
});
