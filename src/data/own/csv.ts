import type { OptionsOf } from "../options.js";
import { ownDataSet } from "./entry.js";
import { fileFromPath } from "./from-path.js";
import { findTables } from "./tables.js";

/** A table of text: features and a label column. */
export const [csv, loadCsvTest] = ownDataSet<OptionsOf<"csv">>({
	title: "your table of text: a label column, numbers in the others",
	fromPath: fileFromPath([".csv", ".tsv"]),
	find: (options) =>
		findTables(options, async (path, features) => {
			// As with Parquet: loaded by those who need it.
			const { csvSource } = await import("./csv-source.js");
			return csvSource(path, { ...options, ...(features === undefined ? {} : { features }) });
		}),
});
