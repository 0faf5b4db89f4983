import { expect, it } from "vitest";
import { arrays } from "./arrays.js";
import { caseFolder, runIn } from "./case.js";

it("a last Sigmoid is undone: the figures are those of the logits before it", async () => {
	const folder = await caseFolder("teacher-sigmoid");
	const figures = async (model: string): Promise<Readonly<Record<string, unknown>>> => {
		const { stdout } = await runIn(folder, ["evaluate", "--model", model, ...arrays, "--json"]);
		return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
	};
	const [logits, sigmoid] = [await figures("logits.onnx"), await figures("sigmoid.onnx")];
	expect(sigmoid["nll"]).toBeCloseTo(Number(logits["nll"]), 5);
	expect(sigmoid["ece"]).toBeCloseTo(Number(logits["ece"]), 5);
	expect(JSON.stringify(sigmoid["notices"])).toContain("ends in a Sigmoid");
}, 60_000);
