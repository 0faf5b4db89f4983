import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { caseFolder, runIn, small } from "./case.js";

interface Evaluated {
	readonly errors: number;
	readonly nll: number;
	readonly notices?: readonly { readonly code: string }[];
}

interface Sifted {
	readonly samples: readonly { readonly name: string; readonly score: number }[];
	readonly notices?: readonly { readonly code: string }[];
}

const model = join("out", "baseline.onnx");

/** A model that was trained on the case's table. */
async function trained(): Promise<string> {
	const folder = await caseFolder("evaluate-column-order");
	const flags = ["--data", "train.csv", ...small, "--quiet", "--store", "store", "--out", "out"];
	const { code, stderr } = await runIn(folder, ["distill", ...flags]);
	expect([code, stderr]).toEqual([0, ""]);
	return folder;
}

async function evaluated(folder: string, data: string, file = model): Promise<Evaluated> {
	const { code, stdout, stderr } = await runIn(folder, ["evaluate", "--model", file, "--data", data, "--json"]);
	expect([code, stderr]).toEqual([0, ""]);
	return JSON.parse(stdout) as Evaluated; // What the command prints.
}

test("columns are known by their names, wherever a model meets a table", { timeout: 180_000 }, async () => {
	const folder = await trained();
	const same = await evaluated(folder, "new.csv");
	const reordered = await evaluated(folder, "new-reordered.csv");
	expect(same.notices).toBeUndefined();
	expect(reordered.notices?.map(({ code }) => code)).toEqual(["columns-reordered"]);
	expect(reordered.errors).toBe(same.errors);
	expect(reordered.nll).toBeCloseTo(same.nll, 6);

	const exported = await runIn(folder, ["export", model, "--data", "new-reordered.csv", "--to", "ship"]);
	expect([exported.code, exported.stderr]).toEqual([0, expect.stringContaining("put into the order")]);
	const shipped = await evaluated(folder, "new.csv", join("ship", "onnx", "model.onnx"));
	expect(shipped.errors).toBe(same.errors);

	const student = ["--student", "mlp:8", "--set", "student.epochs=2", "--set", "student.batch=16"];
	const flags = ["--teacher", model, ...student, "--store", "store", "--out", "second", "--threads", "1"];
	const distilled = await runIn(folder, ["distill", "--data", "new-reordered.csv", ...flags]);
	expect(distilled.stderr).toMatch(/put into the order/);
	expect(distilled.code).toBe(0);
	const taught = await evaluated(folder, "new-reordered.csv", join("second", "student.onnx"));
	expect(JSON.stringify(taught.notices ?? [])).not.toMatch(/columns-/);

	const rows = (await readFile(join(folder, "new.csv"), "utf8")).trimEnd().split("\n");
	const extended = rows.map((row, at) => (at === 0 ? `extra,${row}` : `1,${row}`));
	await writeFile(join(folder, "extended.csv"), extended.join("\n"));
	const asked = ["evaluate", "--model", model, "--data", "extended.csv", "--json"];
	const refused = await runIn(folder, asked);
	expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining(`--set data.ignore='["extra"]'`)]);
	const served = await runIn(folder, [...asked, "--set", 'data.ignore=["extra"]']);
	expect([served.code, served.stderr]).toEqual([0, ""]);

	const sifted = async (data: string): Promise<Sifted> => {
		const args = ["novelty", "--model", model, "--known", "train.csv", "--data", data, "--json", "--out", "novel"];
		const { code, stdout } = await runIn(folder, args);
		expect(code).toBe(0);
		return JSON.parse(stdout) as Sifted; // What the command prints.
	};
	const [plain, other] = [await sifted("new.csv"), await sifted("new-reordered.csv")];
	const codes = ({ notices = [] }: Sifted): readonly string[] => notices.map(({ code }) => code);
	expect(codes(other)).toEqual([...codes(plain), "columns-reordered"]);
	expect(other.samples.map(({ name }) => name)).toEqual(plain.samples.map(({ name }) => name));
	for (const [at, { score }] of other.samples.entries()) expect(score).toBeCloseTo(plain.samples[at]?.score ?? 0, 5);
	const strange = await runIn(folder, ["novelty", "--model", model, "--known", "train.csv", "--data", "extended.csv"]);
	expect([strange.code, strange.stderr]).toEqual([4, expect.stringContaining(`--set data.ignore='["extra"]'`)]);
});
