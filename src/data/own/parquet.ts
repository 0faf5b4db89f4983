import type { OptionsOf } from "../options.js";
import { ownDataSet } from "./entry.js";
import { fileFromPath } from "./from-path.js";
import { findTables } from "./tables.js";

/** A Parquet file: features and a label column. */
export const [parquet, loadParquetTest] = ownDataSet<OptionsOf<"parquet">>({
	title: "your Parquet file: a label column, numbers in the others",
	fromPath: fileFromPath([".parquet"]),
	find: (options) =>
		findTables(options, async (path, features) => {
			// The libraries that read Parquet are many files: whoever has other data starts without them.
			const { parquetSource } = await import("./parquet-source.js");
			return parquetSource(path, { ...options, ...(features === undefined ? {} : { features }) });
		}),
});
