import { describe, expect, test } from "vitest";
import { runtime } from "../../test/support/graphs.js";
import { normal, randomStream } from "../random.js";
import { type Covariance, covarianceOf, normOf } from "./covariance.js";
import { topKCovarianceOf, topPredictions } from "./top-k.js";

/** Peaked predictions, `[count, classes]`. */
function predictions(seed: number, count: number, classes: number, scale = 3): Float32Array {
	const logits = normal(randomStream(seed, "test/predictions"), 0, count * classes);
	const out = new Float32Array(logits.length);
	for (let at = 0; at < out.length; at += classes) {
		const row = Float64Array.from(logits.subarray(at, at + classes), (z) => Math.exp(scale * z));
		const sum = row.reduce((total, value) => total + value, 0);
		out.set(
			row.map((value) => value / sum),
			at,
		);
	}
	return out;
}

/** By the definition, in float64. */
function direct(rows: Float32Array, classes: number): { readonly mean: Float64Array; readonly values: Float64Array } {
	const count = rows.length / classes;
	const mean = new Float64Array(classes);
	for (const [at, p] of rows.entries()) mean[at % classes] = (mean[at % classes] ?? 0) + p / count;
	const values = new Float64Array(classes * classes);
	for (let at = 0; at < rows.length; at += classes) {
		for (let i = 0; i < classes; i++) {
			for (let j = 0; j < classes; j++) {
				const product = ((rows[at + i] ?? 0) - (mean[i] ?? 0)) * ((rows[at + j] ?? 0) - (mean[j] ?? 0));
				values[i * classes + j] = (values[i * classes + j] ?? 0) + product / count;
			}
		}
	}
	return { mean, values };
}

/** The largest difference over the largest value. */
function relativeDifference(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
	const values = Array.from(wanted);
	const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
	return values.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] ?? Number.NaN))), 0) / scale;
}

function batchesOf(rows: Float32Array, classes: number, batch: number): readonly Float32Array[] {
	const size = batch * classes;
	return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.subarray(i * size, (i + 1) * size));
}

describe("covariance of full predictions", () => {
	const classes = 23;
	const rows = predictions(1, 1500, classes);
	const wanted = direct(rows, classes);

	test.each([
		["in one block", 64, 100],
		["in blocks that do not fit, in uneven batches", 7, 131],
		["in one batch, blocks of one class", 1, 1500],
	])("%s it is that of the definition", async (_, block, batch) => {
		const got = await covarianceOf(runtime, batchesOf(rows, classes, batch), { classes, block, threads: 1 });
		expect(got).toMatchObject({ classes, count: 1500, truncation: 0 });
		expect(relativeDifference(got.mean, wanted.mean)).toBeLessThan(1e-6);
		expect(relativeDifference(got.values, wanted.values)).toBeLessThan(1e-6);
	});

	test("small deviations from a large mean keep their digits", async () => {
		const flat = predictions(2, 2000, 4, 1e-3);
		const got = await covarianceOf(runtime, batchesOf(flat, 4, 100), { classes: 4, threads: 1 });
		expect(relativeDifference(got.values, direct(flat, 4).values)).toBeLessThan(1e-4);
	});

	test("what is no prediction is refused", async () => {
		const covariance = (batch: Float32Array): Promise<Covariance> =>
			covarianceOf(runtime, [batch], { classes: 2, threads: 1 });
		await expect(covariance(Float32Array.of(1, 2))).rejects.toThrow("row 0 with a sum of 3.000");
		await expect(covariance(Float32Array.of(0.5, 0.5, 1.5, -0.5))).rejects.toThrow("-0.5 in row 1");
		await expect(covariance(Float32Array.of(0.5, Number.NaN))).rejects.toThrow("a sum of NaN");
		await expect(covariance(Float32Array.of(1, 0, 1))).rejects.toThrow("3 numbers");
		await expect(covarianceOf(runtime, [], { classes: 2 })).rejects.toThrow("expected one prediction or more");
	});
});

describe("covariance of top-k predictions", () => {
	const [classes, k] = [40, 5];
	const rows = predictions(3, 700, classes);
	const top = topPredictions(rows, { classes, k });

	/** The predictions as they are stored: the rest spread evenly. */
	function spread(): Float32Array {
		const out = new Float32Array(rows.length);
		for (let row = 0; row < rows.length / classes; row++) {
			const kept = top.probabilities.subarray(row * k, (row + 1) * k);
			const rest = 1 - kept.reduce((sum, value) => sum + value, 0);
			out.fill(rest / (classes - k), row * classes, (row + 1) * classes);
			for (let i = 0; i < k; i++) out[row * classes + (top.indices[row * k + i] ?? 0)] = kept[i] ?? 0;
		}
		return out;
	}

	test("the k most probable classes are kept", () => {
		expect(topPredictions(Float32Array.of(0.2, 0.5, 0.3, 0.1, 0.1, 0.8), { classes: 3, k: 2 })).toEqual({
			indices: Uint32Array.of(1, 2, 2, 0),
			probabilities: Float32Array.of(0.5, 0.3, 0.8, 0.1),
		});
	});

	test("it is exactly that of the predictions as stored", async () => {
		const got = await topKCovarianceOf([top], { classes, k });
		const wanted = direct(spread(), classes);
		expect(relativeDifference(got.mean, wanted.mean)).toBeLessThan(1e-6);
		expect(relativeDifference(got.values, wanted.values)).toBeLessThan(1e-5);
	});

	test("its distance from that of the full predictions is within the bound, which is of its size", async () => {
		const full = direct(rows, classes).values;
		for (const kept of [1, 3, 10, 30]) {
			const shape = { classes, k: kept };
			const got = await topKCovarianceOf([topPredictions(rows, shape)], shape);
			const error = normOf({ values: Float32Array.from(full, (value, at) => value - (got.values[at] ?? 0)) });
			expect(error).toBeLessThan(got.truncation);
			expect(got.truncation).toBeLessThan(100 * error);
		}
	});

	test("what is no prediction is refused", async () => {
		const covariance = (indices: Uint32Array, probabilities: Float32Array): Promise<Covariance> =>
			topKCovarianceOf([{ indices, probabilities }], { classes: 4, k: 2 });
		await expect(covariance(Uint32Array.of(1, 1), Float32Array.of(0.5, 0.1))).rejects.toThrow("got class 1");
		await expect(covariance(Uint32Array.of(0, 4), Float32Array.of(0.5, 0.1))).rejects.toThrow("got class 4");
		await expect(covariance(Uint32Array.of(0, 1), Float32Array.of(0.9, 0.9))).rejects.toThrow("a sum of 1.800");
		await expect(covariance(Uint32Array.of(0, 1), Float32Array.of(0.9, -1))).rejects.toThrow("got -1");
		await expect(covariance(Uint32Array.of(0, 1), Float32Array.of(0.9))).rejects.toThrow("2 classes and 1 prob");
		expect(() => topPredictions(rows, { classes, k: classes })).toThrow("a whole number from 1 to 39");
	});
});
