import { join } from "node:path";
import { expect, it } from "vitest";
import { loadClassifier } from "../../src/predict/index.js";
import { arrays } from "./arrays.js";
import { caseFolder, runIn } from "./case.js";

const sample = Uint8Array.from({ length: 48 }, (_, at) => [150, 95, 90][at >> 4] ?? 0);

it("logits, their softmax and that clipped give the same probabilities, and so does what is exported of them", async () => {
	const folder = await caseFolder("probabilities-softmaxed-twice");
	const exported = await runIn(folder, ["export", "clipped.onnx", ...arrays, "--to", "shipped", "--threads", "1"]);
	expect(exported).toMatchObject({ code: 0 });
	for (const name of ["logits.onnx", "softmax.onnx", "clipped.onnx", "shipped"]) {
		const classifier = await loadClassifier(join(folder, name), { threads: 1 });
		const { label, probabilities } = await classifier.predict(sample);
		await classifier.release();
		expect(label, name).toBe("0");
		for (const [c, p] of [0.8814, 0.0662, 0.0524].entries()) expect(probabilities[c], name).toBeCloseTo(p, 3);
	}
}, 60_000);
