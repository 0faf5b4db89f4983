/** Folders of pictures of cases, read as a run reads them. */
import type { DataSet, TestSet } from "../../src/data/data-set.js";
import { dataSetOf } from "../../src/data/index.js";
import { dataOptions } from "../../src/data/options.js";
import { loadTestSet } from "../../src/data/test-sets.js";
import { temporaryFolder } from "../support/own-data.js";

/** Pictures of 8×8, with the test part. */
export async function loadPictures(directory: string): Promise<{ readonly data: DataSet; readonly test: TestSet }> {
	const options = {
		...dataOptions.parse({ name: "folder", directory, size: 8 }),
		env: { XDG_CACHE_HOME: await temporaryFolder() },
	};
	return { data: await dataSetOf(options).load(options), test: await loadTestSet(options) };
}
