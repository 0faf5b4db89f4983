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
		const { file, features, label, group, test, testFeatures, testLabel, unlabelled } = options;
		const apart = test !== undefined || testFeatures !== undefined;
		const testFile = test ?? file;
		return {
			files: [file, ...(apart ? [testFile] : [])],
			slow: false,
			open: async () => ({
				train: await openArrays(file, { features, label: unlabelled ? undefined : label, group }, options),
				...(apart
					? {
							test: await openArrays(
								testFile,
								{ features: testFeatures ?? features, label: testLabel ?? label, group: undefined },
								options,
							),
						}
					: {}),
			}),
		};
	},
});

/** Names of arrays in an archive. */
interface Arrays {
	readonly features: string;
	readonly label: string | undefined;
	readonly group: string | undefined;
}

async function openArrays(
	file: string,
	{ features, label, group }: Arrays,
	options: OptionsOf<"npz">,
): Promise<Source> {
	const archive = await openNpz(file);
	try {
		const samples = await openNpy(archive.array(features));
		const labels = label === undefined ? undefined : await openNpy(archive.array(label));
		const groups = group === undefined ? undefined : await openNpy(archive.array(group));
		return arraySource(samples, labels, groups, options, () => {
			archive.close();
		});
	} catch (error) {
		archive.close();
		throw error;
	}
}
