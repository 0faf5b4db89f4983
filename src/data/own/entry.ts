import { LimbeckError } from "../../errors.js";
import type { LabelData } from "../../tasks/labels.js";
import { defaultTask } from "../../tasks/names.js";
import type { DataSet, DataSetEntry, DataSurroundings, LoadTest, Split } from "../data-set.js";
import type { Built } from "./build.js";
import type { LabelOptions } from "./label-readers.js";
import { loadOwn, type OwnData, type OwnOptions } from "./load.js";
import type { SplitName } from "./partition.js";

/** A kind of users' own data. */
interface OwnKind<Options> extends Pick<DataSetEntry<Options>, "title" | "fromPath"> {
	/** Looks for the files; reads nothing in them yet. */
	find(options: Options): OwnData | Promise<OwnData>;
}

/**
 * A kind of users' own data, split, normalised and kept as {@link loadOwn} does it.
 *
 * @returns its entry, and what opens its test split.
 */
export function ownDataSet<Options extends Omit<OwnOptions, "labels"> & LabelOptions & { readonly name: string }>(
	kind: OwnKind<Options>,
): readonly [entry: DataSetEntry<Options>, loadTest: LoadTest<Options>] {
	const load = async (options: Options & DataSurroundings, wanted: readonly SplitName[]): Promise<Built> => {
		const { env = process.env, memory, testFraction, validationFraction, ...key } = options;
		const { task, label, classes, separator, decimal, duplicates } = options;
		const labels = { task, label, classes, separator, decimal };
		const limits = { memory, testFraction, validationFraction, labels, duplicates };
		const found = await kind.find(options);
		const built = await loadOwn(found, { key, options: limits, wanted, env });
		return { ...built, notices: [...(found.notices ?? []), ...built.notices] };
	};
	const entry: DataSetEntry<Options> = {
		title: kind.title,
		...(kind.fromPath === undefined ? {} : { fromPath: kind.fromPath }),
		async load(options) {
			const built = await load(options, ["train", "validation"]);
			const { classes, sampleShape, normalization, fingerprint, skipped, notices } = built;
			const splits = { train: splitOf(built, "train"), validation: splitOf(built, "validation") };
			return {
				name: options.name,
				...taskOf(built),
				classes,
				sampleShape,
				normalization,
				...splits,
				fingerprint,
				...factsOf(built),
				...(skipped === undefined ? {} : { skipped }),
				...(notices.length === 0 ? {} : { notices }),
				...(built.unlabelled.includes("train") ? { unlabelled: true as const } : {}),
			};
		},
	};
	const loadTest: LoadTest<Options> = async (options) => {
		const built = await load(options, ["test"]);
		const { classes, sampleShape, notices } = built;
		return {
			...taskOf(built),
			classes,
			sampleShape,
			...splitOf(built, "test"),
			...factsOf(built),
			...(notices.length === 0 ? {} : { notices }),
		};
	};
	return [entry, loadTest];
}

/** The task, where it is another than that of data that name none. */
function taskOf({ task }: Built): Pick<DataSet, "task"> {
	return task === defaultTask ? {} : { task };
}

/** What a model's file keeps of what samples are. */
function factsOf({ features, pixelScale }: Built): Pick<DataSet, "features" | "pixelScale"> {
	return {
		...(features === undefined ? {} : { features }),
		...(pixelScale === undefined ? {} : { pixelScale }),
	};
}

function splitOf({ splits }: Built, name: SplitName): Split<LabelData> {
	const split = splits[name];
	if (split !== undefined && split.count > 0) return split;
	throw new LimbeckError("data", { where: `the ${name} split`, expected: "samples", got: "none that can be read" });
}
