import { join } from "node:path";
import { expect, it } from "vitest";
import { caseFolder } from "./case.js";
import { loadData, samplesOf } from "./load.js";

it("a blank page of A4, 8.7 million pixels in 1.3 kB, is read as white", async () => {
	const directory = join(await caseFolder("tiff-blank-page-refused"), "pictures");
	const { data } = await loadData({ name: "folder", directory, size: 16 });
	const { classes, train, sampleShape, skipped } = data;
	expect({ classes, skipped }).toEqual({ classes: ["blank", "text"], skipped: 0 });
	for (const [row, sample] of samplesOf(train, sampleShape).entries()) {
		expect(sample.every((value) => value === 255)).toBe(classes[train.labels[row] ?? -1] === "blank");
	}
});
