import type { TableSource } from "./csv-source.js";
import type { OwnData } from "./load.js";

/**
 * A table, and the one with the test samples where there is one.
 *
 * @param open - opens a table; of the second, the features of the first, in their order.
 */
export function findTables(
	{ file, test }: { readonly file: string; readonly test?: string | undefined },
	open: (path: string, features?: readonly string[]) => Promise<TableSource>,
): OwnData {
	const files = test === undefined ? [file] : [file, test];
	return {
		files,
		slow: false,
		async open() {
			const { source: train, features } = await open(file);
			return test === undefined ? { train } : { train, test: (await open(test, features)).source };
		},
	};
}
