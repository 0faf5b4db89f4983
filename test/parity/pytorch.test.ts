import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { LossOptions } from "../../src/losses/index.js";
import { buildModel, type ModelSpec } from "../../src/models/index.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { optimizerOptions } from "../../src/optim/optimizers.js";
import { soleGraphTeacher } from "../../src/train/teacher.js";
import { graphOptions, plainTraining, setWeights, takeSteps, weightsOf } from "../support/training.js";
import { fixture } from "./fixtures.js";

type Weights = Readonly<Record<string, readonly number[]>>;

/** What record.py writes. */
interface Recorded {
	readonly pytorch: string;
	readonly steps: number;
	readonly batch: number;
	readonly classes: number;
	readonly normalization: { readonly mean: number; readonly std: number };
	readonly student: { readonly hidden: number; readonly weights: Weights };
	readonly teacher: { readonly hidden: number; readonly weights: Weights };
	readonly pixels: readonly number[];
	readonly labels: readonly number[];
	readonly cases: readonly RecordedCase[];
}

interface RecordedCase {
	readonly name: string;
	readonly activation: ModelSpec<"mlp">["activation"];
	readonly loss: LossOptions;
	readonly optimizer: unknown;
	readonly clipNorm?: number;
	readonly maxNorm?: number;
	readonly warmupSteps?: number;
	readonly losses: readonly number[];
	readonly weights: Weights;
}

// The file is ours: record.py wrote it in this form.
const recorded = JSON.parse(readFileSync(fixture("pytorch.json"), "utf8")) as Recorded;
const sampleShape = [1, 3, 4] as const;

function network({ hidden, weights }: Recorded["student"], activation: ModelSpec<"mlp">["activation"]): OnnxModel {
	const spec: ModelSpec = {
		family: "mlp",
		hidden: [hidden],
		activation,
		initializer: "he-normal",
		inputDropout: 0,
		hiddenDropout: 0,
	};
	return setWeights(buildModel(spec, { sampleShape, classes: recorded.classes, seed: 1 }), weights);
}

describe(`10 steps of PyTorch ${recorded.pytorch}, repeated`, () => {
	test.each(recorded.cases)("$name", async ({ activation, loss, optimizer, clipNorm, maxNorm, ...expected }) => {
		const { model, losses } = await takeSteps(
			graphOptions({
				...plainTraining,
				model: network(recorded.student, activation),
				sampleShape,
				classes: recorded.classes,
				normalization: recorded.normalization,
				batch: recorded.batch,
				totalSteps: recorded.steps,
				loss,
				optimizer: optimizerOptions.parse(optimizer),
				...(expected.warmupSteps === undefined
					? {}
					: { warmupSteps: expected.warmupSteps, schedule: { name: "cosine", final: 0 } }),
				...(clipNorm === undefined ? {} : { clipNorm }),
				...(maxNorm === undefined ? {} : { maxNorm }),
				...(loss.name === "cross-entropy"
					? {}
					: { teacher: soleGraphTeacher(network(recorded.teacher, "relu"), recorded.normalization) }),
			}),
			{ pixels: Uint8Array.from(recorded.pixels), labels: Int32Array.from(recorded.labels) },
		);
		expect(losses).toHaveLength(recorded.steps);
		for (const [step, value] of expected.losses.entries()) {
			expect(Math.abs((losses[step] ?? NaN) / value - 1), `loss of step ${step}`).toBeLessThan(1e-5);
		}
		const weights = weightsOf(model);
		expect([...weights.keys()].sort()).toEqual(Object.keys(expected.weights).sort());
		for (const [name, values] of Object.entries(expected.weights)) {
			const got = weights.get(name) ?? [];
			const errors = values.map((value, i) => Math.abs((got[i] ?? NaN) - value));
			expect(Math.max(...errors), name).toBeLessThan(1e-5);
		}
	});
});
