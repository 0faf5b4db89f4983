/**
 * The test splits: apart from the data sets' entries, so that nothing that trains or chooses can open one by mistake.
 * `npm run layers` lets `distill/evaluate.ts` import this file, and nobody else.
 */
import { loadCifar100Test } from "./cifar-100.js";
import type { AnyTestSet, DataSurroundings, LoadTest } from "./data-set.js";
import { loadDigitsTest } from "./digits.js";
import { loadFashionMnistTest } from "./fashion-mnist.js";
import { loadMnistTest } from "./mnist.js";
import type { DataChoice, OptionsOf } from "./options.js";
import { loadCsvTest } from "./own/csv.js";
import { loadFolderTest } from "./own/folder.js";
import { loadNpyTest } from "./own/npy.js";
import { loadNpzTest } from "./own/npz.js";
import { loadParquetTest } from "./own/parquet.js";

const testSets = {
	digits: loadDigitsTest,
	mnist: loadMnistTest,
	"fashion-mnist": loadFashionMnistTest,
	"cifar-100": loadCifar100Test,
	folder: loadFolderTest,
	npz: loadNpzTest,
	npy: loadNpyTest,
	csv: loadCsvTest,
	parquet: loadParquetTest,
} as const satisfies { readonly [Name in DataChoice["name"]]: LoadTest<OptionsOf<Name>> };

/**
 * Loads the test split of a data set. Only evaluation calls this, when everything is trained and chosen.
 *
 * @throws LimbeckError `data` or `file` for files that are missing, unreadable or wrong.
 */
export function loadTestSet(choice: DataChoice & DataSurroundings): Promise<AnyTestSet> {
	// The name picks the loader whose options these are; TypeScript cannot pair them through the table.
	return (testSets[choice.name] as LoadTest<DataChoice>)(choice);
}
