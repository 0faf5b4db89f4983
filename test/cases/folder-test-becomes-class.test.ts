import { join } from "node:path";
import { expect, it } from "vitest";
import { caseFolder, runIn } from "./case.js";
import { loadData } from "./load.js";

const pictures = (directory: string): ReturnType<typeof loadData> => loadData({ name: "folder", directory, size: 8 });

it("test beside class folders is the test part", async () => {
	const { data, test } = await pictures(join(await caseFolder("folder-test-becomes-class"), "pictures"));
	expect(data.classes).toEqual(["cat", "dog"]);
	expect([data.train.count + data.validation.count, test.count]).toEqual([16, 8]);
	expect(data.notices).toMatchObject([
		{ code: "parts", text: expect.stringContaining("test as the test part") as unknown },
	]);
});

it("training_set and test_set are parts, and --data knows the folder", async () => {
	const folder = await caseFolder("folder-test-becomes-class");
	const { data, test } = await pictures(join(folder, "kaggle"));
	expect(data.classes).toEqual(["blue", "green", "red"]);
	expect([data.train.count + data.validation.count, test.count]).toEqual([15, 15]);
	const { code, stdout } = await runIn(folder, ["distill", "--data", "kaggle", "--show-recipe"]);
	expect(code).toBe(0);
	expect(JSON.parse(stdout)).toMatchObject({ data: { name: "folder", directory: "kaggle" } });
});
