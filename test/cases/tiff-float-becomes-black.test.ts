import { join } from "node:path";
import { expect, it } from "vitest";
import { caseFolder } from "./case.js";
import { loadData, samplesOf } from "./load.js";

it.each(["pictures", "grey12"])(
	"%s: the classes differ in brightness, and still do when they are decoded",
	async (name) => {
		const directory = join(await caseFolder("tiff-float-becomes-black"), name);
		const { data, codes } = await loadData({ name: "folder", directory, size: 8 });
		const means = samplesOf(data.train, data.sampleShape).map(
			(sample) => sample.reduce((sum, value) => sum + value, 0) / sample.length,
		);
		const brightness = [0, 1].map((label) => {
			const own = means.filter((_, row) => data.train.labels[row] === label);
			return { least: Math.min(...own), most: Math.max(...own) };
		});
		const [dark, light] = brightness.sort((a, b) => a.least - b.least);
		expect(dark?.least).toBeGreaterThan(30);
		expect((light?.least ?? 0) - (dark?.most ?? 0)).toBeGreaterThan(25);
		expect(codes).toEqual(["pixel-range"]);
	},
);
