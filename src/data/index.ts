import { LimbeckError } from "../errors.js";
import { nearest } from "../options.js";
import { cifar100 } from "./cifar-100.js";
import type { DataSetEntry } from "./data-set.js";
import { digits } from "./digits.js";
import { fashionMnist } from "./fashion-mnist.js";
import { mnist } from "./mnist.js";

/** Every data set, by name. */
export const dataSets = {
	digits,
	mnist,
	"fashion-mnist": fashionMnist,
	"cifar-100": cifar100,
} as const satisfies Record<string, DataSetEntry>;

/**
 * The data set of that name.
 *
 * @throws LimbeckError `usage` if there is none.
 */
export function findDataSet(name: string): DataSetEntry {
	const entries: Readonly<Record<string, DataSetEntry>> = dataSets;
	const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
	if (entry !== undefined) return entry;
	const names = Object.keys(entries);
	const near = nearest(name, names);
	throw new LimbeckError("usage", {
		where: "data set",
		expected: `one of ${names.join(", ")}`,
		got: JSON.stringify(name),
		...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
	});
}
