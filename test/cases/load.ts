import type { DataSet, TestSet } from "../../src/data/data-set.js";
import { dataSetOf } from "../../src/data/index.js";
import { dataOptions } from "../../src/data/options.js";
import { loadTestSet } from "../../src/data/test-sets.js";
import { temporaryFolder } from "../support/own-data.js";

/** A case's data, as a run would have them. */
export async function loadData(
	choice: Readonly<Record<string, unknown>>,
): Promise<{ readonly data: DataSet; readonly test: TestSet; readonly codes: readonly string[] }> {
	const options = { ...dataOptions.parse(choice), env: { XDG_CACHE_HOME: await temporaryFolder() } };
	const data = await dataSetOf(options).load(options);
	return { data, test: await loadTestSet(options), codes: (data.notices ?? []).map(({ code }) => code) };
}
