import { join } from "node:path";
import { expect, test } from "vitest";
import { foreignModel, info, randomTensor } from "../../../test/support/models.js";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { writeModelFile } from "../../onnx/file.js";
import { parseRecipe } from "./recipe.js";
import { withTeacherClasses } from "./unlabelled.js";

/** Writes a linear classifier of four outputs. */
async function teacher(width: number | string, names?: readonly string[]): Promise<string> {
	const model = foreignModel({
		opset: 17,
		nodes: [["MatMul", ["x", "w"], ["y"]]],
		inputs: [info("x", ["n", 2])],
		outputs: [info("y", ["n", width])],
		constants: { w: randomTensor("w", [2, 4]) },
	});
	const metadata = new Map(names === undefined ? [] : [["limbeck.classes", JSON.stringify(names)]]);
	const file = join(await temporaryFolder(), "teacher.onnx");
	await writeModelFile(file, { ...model, metadata });
	return file;
}

async function classesOf(fields: object, data: object = {}, others: object = {}): Promise<unknown> {
	const recipe = parseRecipe({
		data: { name: "npz", file: "x.npz", unlabelled: true, ...data },
		teacher: fields,
		distillation: { name: "soft-targets", hardWeight: 0 },
		...others,
	});
	const found = await withTeacherClasses(recipe);
	return "classes" in found ? found.classes : undefined;
}

test("samples without labels have the teacher's classes, or those told", async () => {
	const [plain, named] = [await teacher(4), await teacher(4, ["a", "b", "c", "d"])];
	expect(await classesOf({ file: plain })).toEqual(["0", "1", "2", "3"]);
	expect(await classesOf({ file: named })).toEqual(["a", "b", "c", "d"]);
	expect(await classesOf({ file: named, select: [3, 0] })).toEqual(["d", "a"]);
	expect(await classesOf({ file: plain, classes: ["p", "q", "r", "s"] })).toEqual(["p", "q", "r", "s"]);
	expect(await classesOf({ family: "ensemble", members: [{ file: plain }, { file: named }] })).toEqual([
		"a",
		"b",
		"c",
		"d",
	]);
	expect(await classesOf({ file: plain }, { classes: ["x", "y"] })).toEqual(["x", "y"]);
	expect(await classesOf({ file: plain }, { unlabelled: false })).toBeUndefined();
});

test("what cannot say them is refused", async () => {
	const open = await teacher("classes");
	await expect(classesOf({ file: open })).rejects.toMatchObject({ category: "model", where: open });
	for (const [fields, got] of [
		[{ family: "mlp" }, "a network to be trained"],
		[{ family: "ensemble", members: [{ file: open }, { family: "mlp" }] }, "a network to be trained"],
	] as const) {
		await expect(classesOf(fields)).rejects.toMatchObject({ category: "usage", where: "teacher", got });
	}
});

test.each([
	[{ student: { fraction: 0.5 } }, "student.fraction", "0.5"],
	[{ chain: [{ fraction: 0.5 }] }, "chain.0.fraction", "0.5"],
	[{ earlyStopped: true }, "earlyStopped", "true"],
	[{ trainAccuracy: true }, "trainAccuracy", "true"],
])("%j is refused, as it needs labels", async (others, where, got) => {
	const file = await teacher(4);
	await expect(classesOf({ file }, {}, others)).rejects.toMatchObject({ category: "usage", where, got });
});
