import { extname } from "node:path";
import type { OptionsOf } from "../options.js";
import { csvSource } from "./csv-source.js";
import { ownDataSet } from "./entry.js";
import { fileFromPath } from "./from-path.js";
import { findTables } from "./tables.js";

/** A table of text: features and a label column. */
export const [csv, loadCsvTest] = ownDataSet<OptionsOf<"csv">>({
	title: "your table of text: a label column, numbers in the others",
	fromPath: fileFromPath([".csv", ".tsv"]),
	find: (options) =>
		findTables(options, (path, features) => {
			const delimiter = options.delimiter ?? (extname(path).toLowerCase() === ".tsv" ? "\t" : ",");
			return csvSource(path, { ...options, delimiter, ...(features === undefined ? {} : { features }) });
		}),
});
