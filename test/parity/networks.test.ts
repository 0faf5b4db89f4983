/** Whole networks as torch.onnx exports them, trained in Limbeck and in PyTorch (record-networks.py). */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { importModel } from "../../src/import/index.js";
import { selectTrainable } from "../../src/models/trainable.js";
import { decodeModel } from "../../src/onnx/decode.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { elementCount } from "../../src/onnx/tensor.js";
import { optimizerOptions } from "../../src/optim/optimizers.js";
import { runtime } from "../support/graphs.js";
import { graphOptions, plainTraining, takeSteps, weightsOf } from "../support/training.js";
import { fixture } from "./fixtures.js";

/** How a weight starts. */
type Initial = { readonly constant: number } | { readonly salt: number; readonly bound: number };

interface NetworkRecord {
	readonly name: string;
	readonly shape: readonly number[];
	readonly rate: number;
	readonly weights: Readonly<Record<string, Initial>>;
	readonly losses: readonly number[];
	/** Of every weight after the last step: its norm, the norm of its change, and elements at equal distances. */
	readonly after: Readonly<
		Record<string, { readonly norm: number; readonly change: number; readonly elements: readonly number[] }>
	>;
}

interface Records {
	readonly steps: number;
	readonly batch: number;
	readonly classes: number;
	readonly mean: number;
	readonly std: number;
	readonly networks: readonly NetworkRecord[];
}

// Our own file.
const records = JSON.parse(await readFile(fixture("networks.json"), "utf8")) as Records;

/** `count` well-mixed numbers of 32 bits (the finaliser of MurmurHash3). */
function hashed(salt: number, count: number): Uint32Array {
	const start = Math.imul(salt, 0x9e3779b1);
	return Uint32Array.from({ length: count }, (_, index) => {
		let x = (index + start) >>> 0;
		x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
		x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
		return (x ^ (x >>> 16)) >>> 0;
	});
}

function initialValues(initial: Initial, count: number): Float32Array {
	if ("constant" in initial) return new Float32Array(count).fill(initial.constant);
	return Float32Array.from(hashed(initial.salt, count), (word) => (word / 2 ** 31 - 1) * initial.bound);
}

async function networkOf({ name, weights }: NetworkRecord): Promise<OnnxModel> {
	const model = importModel(decodeModel(gunzipSync(await readFile(fixture(`${name}.onnx.gz`)))));
	const initializers = model.graph.initializers.map((one) => {
		const initial = weights[one.name];
		if (initial === undefined) return one;
		const { dims } = one.tensor;
		return {
			name: one.name,
			tensor: { type: "float", dims, data: initialValues(initial, elementCount(dims)) } as const,
		};
	});
	return { ...model, graph: { ...model.graph, initializers } };
}

/** Bytes of images whose blocks of 8×8 are of one colour, or of signals whose runs of 8 are of one value. */
function blocks(samples: number, [channels = 1, ...sizes]: readonly number[]): Uint8Array {
	const coarse = sizes.map((size) => size / 8);
	const values = hashed(7, samples * channels * elementCount(coarse));
	return Uint8Array.from({ length: samples * channels * elementCount(sizes) }, (_, index) => {
		const plane = Math.floor(index / elementCount(sizes));
		const place = sizes.reduce((sum, size, axis) => {
			const at = Math.floor(index / elementCount(sizes.slice(axis + 1))) % size;
			return sum * (coarse[axis] ?? 1) + Math.floor(at / 8);
		}, 0);
		return values[plane * elementCount(coarse) + place] ?? 0;
	});
}

function normOf(values: Float32Array): number {
	return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

describe.each(records.networks)("$name as PyTorch exports it", (record) => {
	const { steps, batch, classes, mean, std } = records;

	test.each([
		["with blocked convolutions", runtime.target],
		["with plain ones", {}],
	])("trains as in PyTorch, %s", async (_, target) => {
		const model = await networkOf(record);
		expect(selectTrainable(model).every(({ name }) => name in record.weights)).toBe(true);
		const trained = await takeSteps(
			graphOptions({
				...plainTraining,
				model,
				target,
				batch,
				classes,
				sampleShape: record.shape,
				normalization: { mean, std },
				optimizer: optimizerOptions.parse({ name: "sgd", learningRate: record.rate, momentum: 0.9 }),
				totalSteps: steps,
			}),
			{
				pixels: blocks(steps * batch, record.shape),
				labels: Int32Array.from(hashed(8, steps * batch), (word) => word % classes),
			},
		);
		const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.abs(wanted);
		for (const [step, loss] of record.losses.entries()) {
			expect(relative(trained.losses[step] ?? NaN, loss), `loss of step ${step}`).toBeLessThan(1e-4);
		}
		const after = weightsOf(trained.model);
		for (const [name, { norm, change, elements }] of Object.entries(record.after)) {
			const values = after.get(name) ?? new Float32Array();
			expect(relative(normOf(values), norm), `norm of ${name}`).toBeLessThan(1e-3);
			// Smaller changes drown in the rounding of the weights themselves.
			if (change > 1e-3 * norm) {
				const before = initialValues(record.weights[name] ?? { constant: NaN }, values.length);
				const changed = normOf(values.map((value, at) => value - (before[at] ?? NaN)));
				expect(relative(changed, change), `change of ${name}`).toBeLessThan(1e-2);
			}
			const scale = norm / Math.sqrt(values.length);
			for (const [at, element] of elements.entries()) {
				const got = values[Math.floor((at * (values.length - 1)) / (elements.length - 1))] ?? NaN;
				expect(Math.abs(got - element) / scale, `element ${at} of ${name}`).toBeLessThan(1e-3);
			}
		}
	});
});
