import { LimbeckError } from "../errors.js";
import { randomStream } from "../random.js";
import type {
	DataOptions,
	DataSurroundings,
	LoadTest,
	Normalization,
	PublishedDataSet,
	RemoteFile,
	Split,
} from "./data-set.js";
import { findFile } from "./find-file.js";
import { resolveDataFolders } from "./folders.js";
import { readMaybeGzip } from "./gzip.js";
import { parseIdx } from "./idx.js";
import { checkLabels } from "./labels.js";
import { inMemory } from "./samples.js";
import { splitDataSet } from "./splits.js";

const SIDE = 28;
const sampleShape = [1, SIDE, SIDE] as const;
const VALIDATION_COUNT = 5000;

/** What sets one data set in MNIST's files apart from another. */
export interface IdxDescription {
	readonly name: string;
	readonly title: string;
	readonly classes: readonly string[];
	readonly normalization: Normalization;
	readonly download: readonly RemoteFile[];
}

/**
 * A data set in the four files of MNIST: 28×28 images and labels, `train` and `t10k`, gzip or not. 5,000 of the
 * training images are for validation by default, always the same.
 *
 * @returns its entry, and what opens its test split.
 */
export function idxDataSet(description: IdxDescription): readonly [entry: PublishedDataSet, loadTest: LoadTest] {
	const { name, classes, normalization } = description;
	const entry: PublishedDataSet = {
		...description,
		sampleShape,
		async load(options) {
			const samples = await readSplit(description, "train", options);
			const stream = randomStream(0, `${name}/split`);
			const kind = { name, classes, sampleShape, normalization };
			return splitDataSet(kind, samples, options.validation ?? VALIDATION_COUNT, stream);
		},
	};
	return [entry, async (options) => ({ classes, sampleShape, ...(await readSplit(description, "t10k", options)) })];
}

async function readSplit(
	{ name, classes }: IdxDescription,
	prefix: "train" | "t10k",
	{ directory, env = process.env }: DataOptions & DataSurroundings,
): Promise<Split> {
	const folders = resolveDataFolders(name, directory, env);
	const imagesPath = await findFile(name, spellings(`${prefix}-images`, "idx3-ubyte"), folders);
	const labelsPath = await findFile(name, spellings(`${prefix}-labels`, "idx1-ubyte"), folders);
	const [imageBytes, labelBytes] = await Promise.all([readMaybeGzip(imagesPath), readMaybeGzip(labelsPath)]);
	const images = parseIdx(imageBytes, 3, imagesPath);
	const labels = parseIdx(labelBytes, 1, labelsPath);
	checkImages(images.dims, imagesPath);
	checkLabels(labels.data, images.dims[0] ?? 0, classes, labelsPath);
	return { count: labels.data.length, samples: inMemory(images.data), labels: Int32Array.from(labels.data) };
}

/** A file's usual spellings. */
function spellings(stem: string, type: "idx1-ubyte" | "idx3-ubyte"): readonly [string, ...string[]] {
	return [`${stem}-${type}.gz`, `${stem}-${type}`, `${stem}.${type}.gz`, `${stem}.${type}`];
}

function checkImages(dims: readonly number[], where: string): void {
	const [, height, width] = dims;
	if (height === SIDE && width === SIDE) return;
	throw new LimbeckError("data", {
		where,
		expected: `images of ${String(SIDE)}×${String(SIDE)}`,
		got: `${String(height)}×${String(width)}`,
	});
}
