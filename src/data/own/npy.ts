import { LimbeckError } from "../../errors.js";
import { fileSource } from "../formats/bytes.js";
import { openNpy } from "../formats/npy.js";
import type { OptionsOf } from "../options.js";
import { arraySource } from "./array-source.js";
import { ownDataSet } from "./entry.js";
import type { Source } from "./source.js";

/** NumPy's arrays, each in a file of its own. */
export const [npy, loadNpyTest] = ownDataSet<OptionsOf<"npy">>({
	title: "your NumPy arrays: samples in one file, labels in another",
	find(options) {
		const { file, labels, group, unlabelled } = options;
		if ((labels === undefined) !== unlabelled) {
			const got = unlabelled ? "both" : "neither";
			throw new LimbeckError("usage", { where: "data", expected: "labels, or unlabelled=true", got });
		}
		const apart = { validation: validationOf(options), test: testOf(options) };
		const files = [file, labels, group, ...Object.values(apart).flatMap((part) => [part?.file, part?.labels])];
		return {
			files: files.filter((path) => path !== undefined),
			slow: false,
			async open() {
				const { validation, test } = apart;
				return {
					train: await openFiles({ file, labels, group }, options),
					...(validation === undefined ? {} : { validation: await openFiles(validation, options) }),
					...(test === undefined ? {} : { test: await openFiles(test, options) }),
				};
			},
		};
	},
});

/** The files of a part. */
interface PartFiles {
	readonly file: string;
	readonly labels?: string | undefined;
	readonly group?: string | undefined;
}

function testOf({ test, testLabels }: OptionsOf<"npy">): PartFiles | undefined {
	if (test === undefined && testLabels === undefined) return undefined;
	if (test !== undefined && testLabels !== undefined) return { file: test, labels: testLabels };
	const got = test === undefined ? "testLabels alone" : "test alone";
	throw new LimbeckError("usage", { where: "data", expected: "test and testLabels, or none of them", got });
}

/** Validation samples have labels where those to train on have some. */
function validationOf({ validation, validationLabels, unlabelled }: OptionsOf<"npy">): PartFiles | undefined {
	if (validation === undefined && validationLabels === undefined) return undefined;
	if (validation !== undefined && (validationLabels === undefined) === unlabelled) {
		return { file: validation, labels: validationLabels };
	}
	const got = [
		...(validation === undefined ? [] : ["validation"]),
		...(validationLabels === undefined ? [] : ["validationLabels"]),
	];
	throw new LimbeckError("usage", {
		where: "data",
		expected: unlabelled ? "validation without validationLabels" : "validation and validationLabels, or none of them",
		got: got.join(" and ") + (got.length === 1 ? " alone" : ""),
	});
}

async function openFiles({ file, labels, group }: PartFiles, options: OptionsOf<"npy">): Promise<Source> {
	const open = async (path: string): ReturnType<typeof openNpy> => openNpy(await fileSource(path));
	const [features, classes, groups] = [
		await open(file),
		labels === undefined ? undefined : await open(labels),
		group === undefined ? undefined : await open(group),
	];
	return arraySource(features, classes, groups, options, () => undefined);
}
