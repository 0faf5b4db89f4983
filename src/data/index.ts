import { LimbeckError } from "../errors.js";
import { nearest } from "../options.js";
import { cifar100 } from "./cifar-100.js";
import { classData } from "./class-data.js";
import type { DataSetEntry, DataSetFacts } from "./data-set.js";
import { digits } from "./digits.js";
import { fashionMnist } from "./fashion-mnist.js";
import { withoutClasses } from "./fraction.js";
import { type FramesChoice, readFrames } from "./frames.js";
import { mnist } from "./mnist.js";
import type { DataChoice, OptionsOf } from "./options.js";
import { csv } from "./own/csv.js";
import { folder } from "./own/folder.js";
import { npy } from "./own/npy.js";
import { npz } from "./own/npz.js";
import { parquet } from "./own/parquet.js";

/** The data sets that are the same for everybody, by name. */
export const publishedDataSets = {
	digits,
	mnist,
	"fashion-mnist": fashionMnist,
	"cifar-100": cifar100,
} as const;

/** The kinds of users' own data, by name. */
export const ownDataSets = { folder, npz, npy, csv, parquet } as const;

/** Every data set, by name. */
export const dataSets = { ...publishedDataSets, ...ownDataSets } as const satisfies {
	readonly [Name in DataChoice["name"]]: DataSetEntry<OptionsOf<Name>>;
};

/** A data set that a recipe names, or one that a step has made. */
export type StepData = DataChoice | FramesChoice;

/** What steps make for others. */
const frames: DataSetEntry<FramesChoice> = { title: "frames of recordings with their states", load: readFrames };

/** The entry of a data set, with its own types forgotten: the options decide which it is. */
export function dataSetOf({ name }: StepData): DataSetEntry<StepData> {
	const entry: DataSetFacts = name === "frames" ? frames : dataSets[name];
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	const found = entry as DataSetEntry<StepData>;
	return {
		...found,
		async load(options) {
			const whole = await found.load(options);
			const withheld = "withhold" in options ? options.withhold : undefined;
			return withheld === undefined ? whole : withoutClasses(classData(whole, "data.withhold"), withheld);
		},
	};
}

/**
 * What is known of the data set of that name.
 *
 * @param others - what is found by its name besides.
 * @throws LimbeckError `usage` if there is none.
 */
export function findDataSet(name: string, others: Readonly<Record<string, DataSetFacts>> = {}): DataSetFacts {
	const entries: Readonly<Record<string, DataSetFacts>> = { ...dataSets, ...others };
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
