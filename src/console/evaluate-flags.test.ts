import { expect, test } from "vitest";
import { classBalance } from "../metrics/index.js";
import type { StepOutput } from "../pipeline/steps.js";
import { saidOf } from "./evaluate-flags.js";

/** An evaluation of one model on 100 samples of two classes, of which it has so many of each right. */
function outcome(right: number): StepOutput<"evaluate"> {
	const cost = { parameters: 1, bytes: 4, latencyMs: { p50: 1, p99: 1 }, throughput: 1 };
	const samples = [50, 50];
	return {
		test: 100,
		members: {},
		fidelity: [],
		comparisons: [],
		details: {},
		models: { model: { ...cost, errors: 100 - 2 * right, accuracy: right / 50, nll: 0.69 } },
		byClass: { balance: classBalance(samples), classes: ["a", "b"], samples, predicted: { model: [50, 50] } },
		notices: [
			{ code: "teacher-at-chance", text: "m.onnx is no better than chance." },
			{ code: "normalisation-unsaid", text: "m.onnx contains no normalisation." },
		],
	};
}

test.each([
	["is said once where the diagnosis says it", 25, ["no-better-than-guessing"], ["normalisation-unsaid"]],
	["is said of training samples where it is so of them alone", 45, [], ["teacher-at-chance", "normalisation-unsaid"]],
] as const)("that a model is no better than chance %s", (_, right, diagnosis, notices) => {
	const said = saidOf(outcome(right), { model: "the model" }, "test");
	expect(said.diagnosis.map(({ code }) => code)).toEqual(diagnosis);
	expect(said.notices?.map(({ code }) => code)).toEqual(notices);
	// What can be set is named as this command takes it.
	for (const { hint } of said.diagnosis) expect(hint).toContain("model.input, model.outputs, model.classes");
});
