import { join } from "node:path";
import { expect, test } from "vitest";
import { caseFolder } from "./case.js";
import { loadData, samplesOf } from "./load.js";

async function load(duplicates: string) {
	const file = join(await caseFolder("csv-duplicates-leak"), "ten-times.csv");
	const { data, test: held } = await loadData({ name: "csv", file, duplicates });
	const contents = [data.train, data.validation, held].map(
		(split) => new Set(samplesOf(split, data.sampleShape).map((sample) => sample.join())),
	);
	const [train = new Set(), validation = new Set(), tested = new Set()] = contents;
	const common = [...tested, ...validation].filter((one) => train.has(one)).length;
	return { counts: [data.train.count, data.validation.count, held.count], common, notices: data.notices ?? [] };
}

test("copies of a row fall into one part, and that is told", async () => {
	const { counts, common, notices } = await load("auto");
	expect(common).toBe(0);
	expect(counts).toEqual([180, 20, 40]);
	expect(notices).toMatchObject([{ code: "copies-together" }]);
	expect(notices[0]?.text).toMatch(/240 samples are 24 different ones/);
});

test("where they are to fall as they may, the report says that every test row is a training row", async () => {
	const { counts, notices } = await load("random");
	expect(counts[2]).toBe(48);
	const told = notices.find(({ code }) => code === "test-in-training");
	expect(told?.text).toMatch(/^48 of 48 test samples are exact copies of training samples \(the first: .*line \d+/);
	expect(told?.hint).toMatch("data.duplicates=together");
});
