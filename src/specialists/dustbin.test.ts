import { describe, expect, test } from "vitest";
import { randomTensor, runModel } from "../../test/support/models.js";
import { buildModel } from "../models/index.js";
import type { OnnxModel } from "../onnx/model.js";
import { combinedModel } from "./combination-graph.js";
import { samplingCorrection, shiftDustbin, specialistLabels, specialistModel } from "./dustbin.js";

const [sampleShape, classes, special] = [[6], 7, [4, 1, 6]] as const;
const generalist = buildModel(
	{ family: "mlp", hidden: [16], activation: "relu", initializer: "he-normal", inputDropout: 0, hiddenDropout: 0 },
	{ sampleShape, classes, seed: 1 },
);
const input = randomTensor("samples", [30, 6]);

async function distributions(model: OnnxModel): Promise<readonly (readonly number[])[]> {
	const [output] = Object.values(await runModel(model, { input }));
	const width = output?.dims[1] ?? 1;
	const logits = Array.from((output?.data ?? []) as Float32Array);
	return Array.from({ length: logits.length / width }, (_, row) => {
		const weights = logits.slice(row * width, (row + 1) * width).map(Math.exp);
		return weights.map((weight) => weight / weights.reduce((a, b) => a + b, 0));
	});
}

test("a specialist starts out agreeing with the generalist, and has its weights", async () => {
	const specialist = specialistModel(generalist, { special, classes });
	const [wanted, got] = [await distributions(generalist), await distributions(specialist)];
	for (const [row, p] of wanted.entries()) {
		const inside = special.map((c) => p[c] ?? 0);
		const expected = [...inside, 1 - inside.reduce((a, b) => a + b, 0)];
		for (const [place, value] of expected.entries()) expect(got[row]?.[place]).toBeCloseTo(value, 6);
	}
	const names = (model: OnnxModel): readonly string[] => model.graph.initializers.map(({ name }) => name);
	expect(names(specialist)).toEqual(expect.arrayContaining([...names(generalist)]));
});

test("generalist and specialists are one model, which is the generalist's where they agree with it", async () => {
	const sets = [special, [0, 1]];
	const specialists = sets.map((set) => ({
		model: specialistModel(generalist, { special: set, classes }),
		classes: set,
	}));
	const wanted = await distributions(generalist);
	for (const rule of ["kl", "arithmetic", "geometric"] as const) {
		const model = combinedModel(generalist, specialists, sampleShape, { rule, n: 2 });
		const { probabilities } = await runModel(model, { input });
		const got = Array.from((probabilities?.data ?? []) as Float32Array);
		for (const [at, value] of wanted.flat().entries()) expect(got[at]).toBeCloseTo(value, 5);
	}
	expect(() =>
		combinedModel(generalist, [{ model: generalist, classes: special }], sampleShape, { rule: "kl" }),
	).toThrow("specialist 0: expected [batch,4], got [1,7]");
});

describe("sampling correction", () => {
	test("two classes by Bayes' rule: the special one is a tenth of the data and was half of what was seen", () => {
		// p(x = 1 | special) = 0.8 and p(x = 1 | other) = 0.4: at equal shares p(special | x = 1) = 0.8 / 1.2 = 2/3,
		// in truth 0.08 / (0.08 + 0.36) = 2/11.
		const correction = samplingCorrection(0.5, 0.1);
		expect(correction).toBeCloseTo(Math.log(9), 12);
		const [own, dustbin] = [Math.log(2 / 3), Math.log(1 / 3) + correction];
		expect(Math.exp(own) / (Math.exp(own) + Math.exp(dustbin))).toBeCloseTo(2 / 11, 12);
	});

	test("is added to the dustbin's logit alone", async () => {
		const specialist = specialistModel(generalist, { special, classes });
		const [before] = Object.values(await runModel(specialist, { input }));
		const [after] = Object.values(await runModel(shiftDustbin(specialist, 3, 2.5), { input }));
		for (const [at, value] of Array.from((before?.data ?? []) as Float32Array).entries()) {
			expect(Number(after?.data[at])).toBeCloseTo(value + (at % 4 === 3 ? 2.5 : 0), 5);
		}
	});

	test("there is none for shares of 0 or 1, and nothing to correct for true shares", () => {
		expect(samplingCorrection(0.3, 0.3)).toBeCloseTo(0, 12);
		expect(() => samplingCorrection(0.5, 1)).toThrow("sampling correction: actual");
		expect(() => samplingCorrection(0, 0.5)).toThrow("sampling correction: trained");
	});
});

test("labels: special classes by their place, all others the dustbin", () => {
	expect(specialistLabels([2, 0], 4)).toEqual(Uint32Array.of(1, 2, 0, 2));
	expect(() => specialistLabels([0, 0], 4)).toThrow("each once");
	expect(() => specialistLabels([0, 1], 2)).toThrow("left for the dustbin");
});
