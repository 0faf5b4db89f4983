import { join } from "node:path";
import { expect, it } from "vitest";
import { dataSetOf } from "../../src/data/index.js";
import { readSamples } from "../../src/data/open-samples.js";
import { dataOptions } from "../../src/data/options.js";
import { temporaryFolder } from "../support/own-data.js";
import { caseFolder } from "./case.js";

it("a blank page of A4, 8.7 million pixels in 1.3 kB, is read as white", async () => {
	const directory = join(await caseFolder("tiff-blank-page-refused"), "pictures");
	const options = dataOptions.parse({ name: "folder", directory, size: 16 });
	const env = { XDG_CACHE_HOME: await temporaryFolder() };
	const { classes, train, sampleShape, skipped } = await dataSetOf(options).load({ ...options, env });
	expect({ classes, skipped }).toEqual({ classes: ["blank", "text"], skipped: 0 });
	for (const [row, label] of train.labels.entries()) {
		const { data } = readSamples(train, sampleShape, Uint32Array.of(row));
		expect(data.every((value) => value === 255)).toBe(classes[label] === "blank");
	}
});
