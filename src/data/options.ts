/** The options of every data set, as a recipe's `data` writes them. Nothing here needs Node. */

import { z } from "zod";
import { comparedName } from "../names.js";
import type { DataChoice } from "../recipe-types.js";
import { defaultTask, type TaskName, taskNames } from "../tasks/names.js";

const validation = z.int().min(1).optional().describe("validation samples, split off the training samples by class");
const directory = z.string().min(1).optional().describe("folder with the data set's files");

const withhold = z
	.array(z.int().min(0))
	.min(1)
	.optional()
	.describe("classes, counted from 0, of which only the test has samples");

/** The options of a data set whose files are published. */
const published = <Name extends string>(name: Name) =>
	z.strictObject({ name: z.literal(name), directory, validation, withhold });

const fraction = (standard: number, what: string) =>
	z.number().gt(0).lt(0.5).default(standard).describe(`share of the samples for ${what}, where they are not set apart`);

/** How users' own data are split and held. */
const own = {
	testFraction: fraction(0.2, "the test"),
	validationFraction: fraction(0.1, "validation"),
	classes: z
		.array(z.string().min(1))
		.min(2)
		.refine((names) => new Set(names.map(comparedName)).size === names.length, "each class once")
		.optional()
		.describe(
			"names of the classes in their order; by default those of the labels, or of the teacher where there are no labels",
		),
	duplicates: z
		.enum(["auto", "together", "random"])
		.default("auto")
		.describe(
			"exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with other labels",
		),
	memory: z.int().min(0).default(1024).describe("MiB of samples kept in memory; a larger data set is read from disk"),
};

/** What is learned from the labels. */
const task = z
	.enum(taskNames)
	.optional()
	.describe(
		"what is learned from the labels: classification, one of several classes, where left out; multi-label, any number of labels; regression, numbers",
	);

/** What separates the names of labels in a cell. */
const separator = z
	.string()
	.min(1)
	.max(8)
	.optional()
	.describe("multi-label: what separates the names of labels in a cell; found where left out");

/** A column, or several: of marks a label each, of numbers a number each. */
const labelColumns = (what: string) =>
	z
		.union([z.string().min(1), z.array(z.string().min(1)).min(1)])
		.default("label")
		.describe(what);

/** What is not split, such as the samples of one patient: none has some of its samples in one part, some in another. */
const group = (what: string) =>
	z.string().min(1).optional().describe(`${what} with each sample's group, which is not split between parts`);

/** Where labels are optional. */
const unlabelled = z
	.boolean()
	.default(false)
	.describe("whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own");

const file = z.string().min(1);
const shape = z
	.array(z.int().min(1))
	.min(1)
	.max(8)
	.optional()
	.describe("shape of a sample, such as [1,28,28]; normalised for each entry of its first dimension");

const arrays = {
	layout: z
		.enum(["channels-first", "channels-last"])
		.optional()
		.describe("where a sample of the array has its channels; by default guessed from its shape, first where unclear"),
	shape,
	...own,
};

const columns = {
	task,
	label: labelColumns(
		"column with the class; multi-label: with the names of the labels, or a list of columns of 0 and 1, one for each label; regression: with the number, or a list of columns",
	),
	separator,
	unlabelled,
	group: group("column"),
	ignore: z.array(z.string()).default([]).describe("columns that are neither features nor label"),
	keep: z
		.array(z.string())
		.optional()
		.describe("columns that are features although they seem to name rows: unnamed ones, and an id that never recurs"),
	test: file.optional().describe("file with the test samples; split off where left out"),
	shape,
	...own,
};

/** The options of NumPy's arrays, each in a file of its own. @internal */
export const npyOptions = z.strictObject({
	name: z.literal("npy"),
	file: file.describe("array with the samples along its first dimension, as numpy.save writes it"),
	task,
	labels: file
		.optional()
		.describe("array with the classes, multi-label rows of 0 and 1, regression numbers; none where unlabelled"),
	group: group("file with an array"),
	unlabelled,
	test: file.optional().describe("array with the test samples; split off where left out"),
	testLabels: file.optional().describe("array with their classes"),
	validation: file.optional().describe("array with the validation samples; split off where left out"),
	validationLabels: file.optional().describe("array with their classes; none where unlabelled"),
	...arrays,
});

/** The options of every data set, by its name. @internal */
export const dataOptions = z.discriminatedUnion("name", [
	z.strictObject({ name: z.literal("digits").optional().default("digits"), validation, withhold }),
	published("mnist"),
	published("fashion-mnist"),
	published("cifar-100").extend({
		task: z
			.enum(["classification", "multi-label"])
			.optional()
			.describe("classification: the 100 fine classes; multi-label: these and the 20 coarse ones, two labels a sample"),
	}),
	z.strictObject({
		name: z.literal("folder"),
		directory: z
			.string()
			.min(1)
			.describe(
				"folder with a folder of pictures for each class, or with train, validation and test above those; " +
					"unlabelled: with pictures, in a folder test by class if at all",
			),
		links: z
			.enum(["inside", "all", "none"])
			.optional()
			.describe("links to files and folders that are followed; where left out those that lead into the same folder"),
		ignore: z
			.array(z.string().min(1))
			.optional()
			.describe("files and folders that are passed over, by their paths in the folder"),
		unlabelled,
		size: z.int().min(1).max(4096).default(32).describe("height and width that pictures are scaled and cut to"),
		channels: z.literal([1, 3]).default(3).describe("3 for colours, 1 for grey"),
		group: z
			.union([z.int().min(1), z.string().min(1)])
			.optional()
			.describe(
				"what is not split between parts: pictures in the same folder of that level below the class (1, 2 …), or for " +
					"which a regular expression finds the same in the path below the class (its first parentheses, or all)",
			),
		range: z
			.tuple([z.number(), z.number()])
			.refine(([black, white]) => black < white, "black is a smaller value than white")
			.optional()
			.describe("values that are black and white where pixels are not bytes; where left out as training pictures show"),
		decode: z
			.enum(["limbeck", "transformers.js"])
			.optional()
			.describe("whose way to read, scale and cut pictures; transformers.js: as that library does in Node"),
		skipBroken: z.boolean().default(false).describe("leave out pictures that cannot be read, and count them"),
		...own,
	}),
	z.strictObject({
		name: z.literal("npz"),
		file: file.describe("archive of arrays, as numpy.savez writes it"),
		features: z.string().min(1).default("x").describe("array with the samples along its first dimension"),
		task,
		label: z
			.string()
			.min(1)
			.default("y")
			.describe("array with the classes; multi-label: with a row of 0 and 1 for each sample; regression: with numbers"),
		group: group("array"),
		unlabelled,
		test: file.optional().describe("archive with the test samples; the same one where only testFeatures is given"),
		testFeatures: z.string().min(1).optional().describe("array with the test samples; named like features if left out"),
		testLabel: z.string().min(1).optional().describe("array with their classes; named like label if left out"),
		...arrays,
	}),
	npyOptions,
	z.strictObject({
		name: z.literal("csv"),
		file: file.describe(
			"table of text in UTF-8 (or UTF-16 with a byte order mark), numbers in all columns but the label",
		),
		delimiter: z.string().length(1).optional().describe("what separates cells; found from the first lines by default"),
		decimal: z.enum([".", ","]).optional().describe("decimal mark of numbers; found from the cells by default"),
		header: z.boolean().default(true).describe("whether the first line names the columns, which are else 1, 2, 3, …"),
		...columns,
	}),
	z.strictObject({
		name: z.literal("parquet"),
		file: file.describe("Parquet file, numbers in all columns but the label"),
		...columns,
	}),
]);

export type { DataChoice } from "../recipe-types.js";

/** The options of one data set. */
export type OptionsOf<Name extends DataChoice["name"]> = Extract<DataChoice, { readonly name: Name }>;

/** The ways of decoding pictures, by their names. */
export type Decoding = NonNullable<Extract<DataChoice, { name: "folder" }>["decode"]>;

/** Whose way pictures are decoded; `undefined` for data that hold their pixels as they are. */
export function decodingOf(data: DataChoice): Decoding | undefined {
	return data.name === "folder" ? (data.decode ?? "limbeck") : undefined;
}

/** The same pictures as transformers.js decodes them, without those that it cannot read; `undefined` for other data. */
export function asTransformersDecodes(data: DataChoice): DataChoice | undefined {
	return data.name === "folder" ? { ...data, decode: "transformers.js", skipBroken: true } : undefined;
}

/** What is learned from the labels of a data set; classes where absent. */
export function taskNameOf(data: { readonly name: string }): TaskName | undefined {
	const { task } = data as { readonly task?: TaskName };
	return task === defaultTask ? undefined : task;
}

/** Whether the samples have no labels. */
export function isUnlabelled(data: DataChoice): data is Extract<DataChoice, { unlabelled: boolean }> {
	return "unlabelled" in data && data.unlabelled;
}
