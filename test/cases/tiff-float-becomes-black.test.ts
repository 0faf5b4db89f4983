import { join } from "node:path";
import { expect, it } from "vitest";
import { dataSetOf } from "../../src/data/index.js";
import { readSamples } from "../../src/data/open-samples.js";
import { dataOptions } from "../../src/data/options.js";
import { temporaryFolder } from "../support/own-data.js";
import { caseFolder } from "./case.js";

it.each(["pictures", "grey12"])(
	"%s: the classes differ in brightness, and still do when they are decoded",
	async (name) => {
		const directory = join(await caseFolder("tiff-float-becomes-black"), name);
		const options = dataOptions.parse({ name: "folder", directory, size: 8 });
		const env = { XDG_CACHE_HOME: await temporaryFolder() };
		const { train, sampleShape, notices = [] } = await dataSetOf(options).load({ ...options, env });
		const all = readSamples(
			train,
			sampleShape,
			Uint32Array.from({ length: train.count }, (_, row) => row),
		).data;
		const brightness = [0, 1].map((label) => {
			const means = Array.from(train.labels).flatMap((one, row) => {
				const sample = all.subarray(row * 192, (row + 1) * 192);
				return one === label ? [Array.from(sample).reduce((sum, value) => sum + value, 0) / 192] : [];
			});
			return { least: Math.min(...means), most: Math.max(...means) };
		});
		const [dark, light] = brightness.sort((a, b) => a.least - b.least);
		expect(dark?.least).toBeGreaterThan(30);
		expect((light?.least ?? 0) - (dark?.most ?? 0)).toBeGreaterThan(25);
		expect(notices.map(({ code }) => code)).toEqual(["pixel-range"]);
	},
);
