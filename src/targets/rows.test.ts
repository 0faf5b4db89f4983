import { describe, expect, test } from "vitest";
import { logSoftmaxRow } from "../metrics/softmax.js";
import { normal, randomStream } from "../random.js";
import { memoryOf } from "./memory.js";
import { rowCodec } from "./rows.js";
import type { TargetForm } from "./targets.js";

/** What is read of a row of logits that was written in a form, behind another row. */
function kept(logits: Float32Array, form: TargetForm): Float32Array {
	const codec = rowCodec(form, logits.length);
	const memory = memoryOf(2 * codec.rowBytes);
	codec.encode(logits, 0, memory, codec.rowBytes);
	codec.encode(
		logits.map((x) => -x),
		0,
		memory,
		0,
	);
	const out = new Float32Array(logits.length + 2).fill(99);
	codec.decode(memory, codec.rowBytes, out, 1);
	expect([out[0], out.at(-1)]).toEqual([99, 99]);
	return out.subarray(1, -1);
}

const logits = normal(randomStream(2, "rows"), 0, 25).map((x) => 5 * x);
const written = Float32Array.of(Math.log(4), Math.log(1), Math.log(10), Math.log(2), Math.log(3));

describe("rows", () => {
	test("float32 keeps every bit, float16 eleven of them", () => {
		expect(kept(logits, { precision: "float32" })).toEqual(logits);
		const half = kept(logits, { precision: "float16" });
		const errors = half.map((x, i) => Math.abs(x / (logits[i] ?? 0) - 1));
		expect(Math.max(...errors)).toBeLessThanOrEqual(2 ** -11);
		expect(Math.max(...errors)).toBeGreaterThan(0);
	});

	test.each([
		["float32", 1e-6],
		["float16", 2e-3],
	] as const)("top-k keeps k probabilities and spreads the rest evenly: %s", (precision, digits) => {
		const probabilities = kept(written, { precision, topK: 2 }).map((x) => Math.exp(x));
		for (const [i, expected] of [4 / 20, 2 / 20, 10 / 20, 2 / 20, 2 / 20].entries()) {
			expect(Math.abs((probabilities[i] ?? 0) / expected - 1)).toBeLessThan(digits);
		}
		expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
	});

	test("top-k of any k keeps what the softmax says, whatever is added to the logits", () => {
		const full = logSoftmaxRow(logits);
		const order = Array.from(full.keys()).sort((a, b) => (full[b] ?? 0) - (full[a] ?? 0));
		for (let topK = 1; topK < logits.length; topK++) {
			const rows = [logits, logits.map((x) => x + 8)].map((row) => kept(row, { precision: "float32", topK }));
			for (const row of rows) {
				const rest = order.slice(topK).reduce((sum, c) => sum + Math.exp(full[c] ?? 0), 0);
				for (const [place, c] of order.entries()) {
					const expected = place < topK ? (full[c] ?? 0) : Math.log(rest / (logits.length - topK));
					expect(row[c]).toBeCloseTo(expected, 4);
				}
			}
		}
	});

	test("of equal logits the first are kept", () => {
		const row = kept(Float32Array.of(0, 1, 1, 1, 0), { precision: "float32", topK: 2 });
		expect(row[1]).toBe(row[2]);
		expect(row[1]).toBeGreaterThan(row[3] ?? 0);
		expect(row[3]).toBe(row[0]);
	});

	test.each(["float32", "float16"] as const)("certain answers stay finite: %s", (precision) => {
		const row = kept(Float32Array.of(-1e5, 1e5, 0, 3e4), { precision, topK: 2 });
		expect(row.every(Number.isFinite)).toBe(true);
		expect(row[1]).toBe(0);
		expect(Math.exp(row[0] ?? 0)).toBe(0);
	});

	test("more classes than sixteen bits can count", () => {
		const many = new Float32Array(70_000);
		many[69_999] = 20;
		many[65_536] = 21;
		const row = kept(many, { precision: "float16", topK: 2 });
		expect((row[65_536] ?? 0) - (row[69_999] ?? 0)).toBeCloseTo(1, 2);
		expect(row[0]).toBeLessThan(-20);
	});
});
