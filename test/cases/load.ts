/** Data of cases, loaded as a run loads them. */

import { classData, classTest } from "../../src/data/class-data.js";
import type { DataSet, SampleShape, Split, TestSet } from "../../src/data/data-set.js";
import { dataSetOf } from "../../src/data/index.js";
import { readSamples } from "../../src/data/open-samples.js";
import { dataOptions } from "../../src/data/options.js";
import { loadTestSet } from "../../src/data/test-sets.js";
import { temporaryFolder } from "../support/own-data.js";

/** A case's data, as a run would have them, and the codes of their notices. */
export async function loadData(
	choice: Readonly<Record<string, unknown>>,
): Promise<{ readonly data: DataSet; readonly test: TestSet; readonly codes: readonly string[] }> {
	const options = { ...dataOptions.parse(choice), env: { XDG_CACHE_HOME: await temporaryFolder() } };
	const data = classData(await dataSetOf(options).load(options), "test");
	return {
		data,
		test: classTest(await loadTestSet(options), "test"),
		codes: (data.notices ?? []).map(({ code }) => code),
	};
}

/** A split's samples `[count]`, each with its elements. */
export function samplesOf(split: Split, sampleShape: SampleShape): readonly (readonly number[])[] {
	return Array.from({ length: split.count }, (_, row) =>
		Array.from<number>(readSamples(split, sampleShape, Uint32Array.of(row)).data),
	);
}
