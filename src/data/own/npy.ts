import { LimbeckError } from "../../errors.js";
import { fileSource } from "../formats/bytes.js";
import { openNpy } from "../formats/npy.js";
import type { OptionsOf } from "../options.js";
import { arraySource } from "./array-source.js";
import { ownDataSet } from "./entry.js";
import type { Source } from "./source.js";

/** Two arrays of NumPy's, each in a file of its own. */
export const [npy, loadNpyTest] = ownDataSet<OptionsOf<"npy">>({
	title: "your NumPy arrays: samples in one file, labels in another",
	find(options) {
		const { file, labels, group, test, testLabels, unlabelled } = options;
		if ((labels === undefined) !== unlabelled) {
			const got = unlabelled ? "both" : "neither";
			throw new LimbeckError("usage", { where: "data", expected: "labels, or unlabelled=true", got });
		}
		if ((test === undefined) !== (testLabels === undefined)) {
			const got = test === undefined ? "testLabels alone" : "test alone";
			throw new LimbeckError("usage", { where: "data", expected: "test and testLabels, or none of them", got });
		}
		const apart = test === undefined || testLabels === undefined ? undefined : { test, testLabels };
		const files = [
			file,
			...[labels, group].filter((path) => path !== undefined),
			...(apart === undefined ? [] : [apart.test, apart.testLabels]),
		];
		return {
			files,
			slow: false,
			open: async () => ({
				train: await openFiles(file, labels, group, options),
				...(apart === undefined ? {} : { test: await openFiles(apart.test, apart.testLabels, undefined, options) }),
			}),
		};
	},
});

async function openFiles(
	file: string,
	labels: string | undefined,
	group: string | undefined,
	options: OptionsOf<"npy">,
): Promise<Source> {
	const open = async (path: string): ReturnType<typeof openNpy> => openNpy(await fileSource(path));
	const features = await open(file);
	const classes = labels === undefined ? undefined : await open(labels);
	return arraySource(features, classes, group === undefined ? undefined : await open(group), options, () => undefined);
}
