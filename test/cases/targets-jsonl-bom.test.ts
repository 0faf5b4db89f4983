import { join } from "node:path";
import { expect, it } from "vitest";
import { classData } from "../../src/data/class-data.js";
import { dataSetOf } from "../../src/data/index.js";
import { readTargets } from "../../src/distill/teachers/targets.js";
import { parseRecipe } from "../../src/workflows/distill/recipe.js";
import { caseFolder } from "./case.js";

it("targets in lines with a byte-order mark are read", async () => {
	const folder = await caseFolder("targets-jsonl-bom");
	const data = { name: "csv", file: join(folder, "d.csv") } as const;
	const recipe = parseRecipe({ data, teacher: { file: join(folder, "t.jsonl") } });
	if (recipe.teacher.family !== "targets") throw new TypeError("expected targets");
	const { logits } = await readTargets(
		recipe.teacher,
		classData(await dataSetOf(recipe.data).load(recipe.data), "test"),
	);
	expect([...logits.subarray(0, 3)].toSorted((a, b) => a - b)).toEqual([0, 0, 5]);
});
