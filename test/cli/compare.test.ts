import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ints } from "../../src/graph/attributes.js";
import { asTheyAre, swapped, twoClassData, writeTwoClassModel } from "../support/two-class-data.js";
import { runCli, temporaryFolder } from "./run-cli.js";

/** Three test samples of a, one of b, ten times; and models that have all but b right, and b alone. */
async function prepared(): Promise<{ folder: string; data: readonly string[]; right: string; wrong: string }> {
	const folder = await temporaryFolder();
	const rows = Array.from({ length: 40 }, (_, index) => [2, 0, index % 4 === 0 ? "b" : "a"] as const);
	const { file, test } = await twoClassData(folder, rows);
	for (const name of ["one", "two"]) await mkdir(join(folder, name));
	return {
		folder,
		data: ["--data", file, "--set", `data.test=${test}`, "--threads", "1"],
		right: await writeTwoClassModel(join(folder, "one", "model.onnx"), asTheyAre.nodes, asTheyAre),
		wrong: await writeTwoClassModel(join(folder, "two", "model.onnx"), swapped.nodes, swapped),
	};
}

describe("limbeck evaluate", () => {
	it("prints every measure as JSON, and pictures for people", async () => {
		const { data, right } = await prepared();
		const { code, stdout, stderr } = await runCli(["evaluate", "--model", right, ...data, "--json"]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(JSON.parse(stdout)).toMatchObject({
			model: right,
			data: "csv",
			split: "test",
			samples: 40,
			errors: 10,
			accuracy: 0.75,
			parameters: 4,
			multiplyAdds: 4,
			topK: { 1: 0.75 },
			perClass: [
				{ name: "a", accuracy: 1 },
				{ name: "b", accuracy: 0 },
			],
			confused: [{ label: "b", predicted: "a", count: 10 }],
			reliability: [{ count: 40, accuracy: 0.75 }],
			calibration: { temperature: expect.closeTo(2 / Math.log(3), 6) as number, ece: expect.closeTo(0, 6) as number },
			classNames: "absent",
			environment: { threads: 1 },
		});
		const people = await runCli(["evaluate", "--model", right, ...data, "--details"]);
		expect(people.code).toBe(0);
		expect(people.stdout).toMatch(/^0\.87–0\.93 +40 +0\.881 +0\.750 +█{30}·{5}│·{4}$/m);
	});

	it("measures on the validation split, and fits no temperature there", async () => {
		const { data, right } = await prepared();
		const args = ["evaluate", "--model", right, ...data, "--split", "validation"];
		const { code, stdout } = await runCli([...args, "--json"]);
		expect(code).toBe(0);
		const report = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
		expect(report).toMatchObject({ split: "validation", samples: 12, errors: 3 });
		expect(report).not.toHaveProperty("calibration");
		expect((await runCli(args)).stdout).toContain("No temperature is fitted: it would be judged on");
		expect((await runCli([...args.slice(0, -1), "train"])).stderr).toContain("test");
	});

	it.each([
		["no number", "one", "whole numbers from 1 on, such as 1,5"],
		["more than there are classes", "1,3", "a k from 1 to 2, the number of classes"],
	])("refuses a --top that is %s", async (_, top, text) => {
		const { data, right } = await prepared();
		const { code, stdout, stderr } = await runCli(["evaluate", "--model", right, ...data, "--top", top]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toContain(text);
	});

	it("reports a model whose answers depend on the batch", async () => {
		const { folder, data } = await prepared();
		const nodes = [
			["ReduceMean", ["x"], ["m"], { axes: ints([0]) }],
			["Sub", ["x", "m"], ["y"]],
		] as const;
		const model = await writeTwoClassModel(join(folder, "batch.onnx"), nodes);
		const args = ["evaluate", "--model", model, ...data, "--split", "validation", "--json"];
		const { code, stdout, stderr } = await runCli(args);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		const { notices } = JSON.parse(stdout) as { readonly notices: readonly { readonly code: string }[] };
		expect(notices.map((notice) => notice.code)).toContain("depends-on-batch");
	});
});

describe("limbeck compare", () => {
	it("tells models of the same name apart, and tests every pair", async () => {
		const { data, right, wrong } = await prepared();
		const args = ["compare", right, wrong, wrong, ...data, "--teacher", right];
		const { code, stdout, stderr } = await runCli([...args, "--json"]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(JSON.parse(stdout)).toMatchObject({
			data: "csv",
			samples: 40,
			teacher: { name: "one/model", errors: 10 },
			models: [
				{ name: "one/model", file: right, errors: 10, agreement: 1, klToTeacher: 0 },
				{ name: "two/model", file: wrong, errors: 30, agreement: 0 },
				{ name: "two/model (2)", errors: 30, agreement: 0 },
			],
			pairs: [
				{ a: "one/model", b: "two/model", onlyA: 30, onlyB: 10, difference: { value: 0.5 }, significant: true },
				{ a: "one/model", b: "two/model (2)", significant: true },
				{ a: "two/model", b: "two/model (2)", p: 1, corrected: 1, difference: { value: 0, low: 0, high: 0 } },
			],
		});
		const people = await runCli(args);
		expect(people.code).toBe(0);
		expect(people.stdout).toContain("one/model has 20 fewer errors than two/model (corrected p = ");
		expect(people.stdout).toContain("No significant difference between two/model and two/model (2)");
		expect(people.stdout).toContain("Holm's correction for 3 comparisons");
	});

	it("wants two models, and says which one is missing", async () => {
		const { folder, data, right } = await prepared();
		const one = await runCli(["compare", right, ...data]);
		expect(one).toMatchObject({ code: 2, stdout: "" });
		expect(one.stderr).toContain("limbeck evaluate --model FILE");
		const missing = await runCli(["compare", right, join(folder, "none.onnx"), ...data]);
		expect(missing).toMatchObject({ code: 4, stdout: "" });
		expect(missing.stderr).toContain("none.onnx");
	});
});
