import type { OptionsOf } from "../options.js";
import { ownDataSet } from "./entry.js";
import { fileFromPath } from "./from-path.js";
import { parquetSource } from "./parquet-source.js";
import { findTables } from "./tables.js";

/** A Parquet file: features and a label column. */
export const [parquet, loadParquetTest] = ownDataSet<OptionsOf<"parquet">>({
	title: "your Parquet file: a label column, numbers in the others",
	fromPath: fileFromPath([".parquet"]),
	find: (options) =>
		findTables(options, (path, features) =>
			parquetSource(path, { ...options, ...(features === undefined ? {} : { features }) }),
		),
});
