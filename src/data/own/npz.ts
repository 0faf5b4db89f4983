import { openNpy } from "../formats/npy.js";
import { openNpz } from "../formats/npz.js";
import type { OptionsOf } from "../options.js";
import { arraySource } from "./array-source.js";
import { ownDataSet } from "./entry.js";
import { fileFromPath } from "./from-path.js";
import type { Source } from "./source.js";

/** An archive of NumPy's with an array of samples and one of labels. */
export const [npz, loadNpzTest] = ownDataSet<OptionsOf<"npz">>({
	title: "your NumPy archive: an array of samples and one of labels",
	fromPath: fileFromPath([".npz"]),
	find(options) {
		const { file, features, label, test, testFeatures, testLabel, unlabelled } = options;
		const apart = test !== undefined || testFeatures !== undefined;
		const testFile = test ?? file;
		return {
			files: [file, ...(apart ? [testFile] : [])],
			slow: false,
			open: async () => ({
				train: await openArrays(file, features, unlabelled ? undefined : label, options),
				...(apart ? { test: await openArrays(testFile, testFeatures ?? features, testLabel ?? label, options) } : {}),
			}),
		};
	},
});

async function openArrays(
	file: string,
	features: string,
	label: string | undefined,
	options: OptionsOf<"npz">,
): Promise<Source> {
	const archive = await openNpz(file);
	try {
		const samples = await openNpy(archive.array(features));
		const labels = label === undefined ? undefined : await openNpy(archive.array(label));
		return arraySource(samples, labels, options, () => {
			archive.close();
		});
	} catch (error) {
		archive.close();
		throw error;
	}
}
