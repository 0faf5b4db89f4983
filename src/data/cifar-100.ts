import { createHash } from "node:crypto";
import { LimbeckError } from "../errors.js";
import { randomStream } from "../random.js";
import type { LabelData } from "../tasks/labels.js";
import type { AnyDataSet, DataOptions, DataSurroundings, LoadTest, PublishedDataSet } from "./data-set.js";
import { findFile } from "./find-file.js";
import { resolveDataFolders } from "./folders.js";
import { checkLabels } from "./labels.js";
import { inMemory, type MemorySamples } from "./samples.js";
import { splitDataSet } from "./splits.js";
import { readTarMembers } from "./tar.js";

const name = "cifar-100";
const archive = "cifar-100-binary.tar.gz";
const sampleShape = [3, 32, 32] as const;
const PIXELS = 3 * 32 * 32;
/** A row: coarse label, fine label, pixels. */
const ROW = 2 + PIXELS;
const VALIDATION_COUNT = 5000;
const normalization = { mean: [0.507344, 0.486672, 0.440866], std: [0.267353, 0.25649, 0.276122] } as const;

/** The fine classes, as `fine_label_names.txt` in the archive has them. */
const classes: readonly string[] = (
	"apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly " +
	"camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup " +
	"dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower " +
	"leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange " +
	"orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit " +
	"raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel " +
	"streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip " +
	"turtle wardrobe whale willow_tree wolf woman worm"
).split(" ");

/** The coarse classes, each of five fine ones, as `coarse_label_names.txt` in the archive has them. */
const coarseClasses: readonly string[] = (
	"aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices " +
	"household_furniture insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes " +
	"large_omnivores_and_herbivores medium_mammals non-insect_invertebrates people reptiles small_mammals trees " +
	"vehicles_1 vehicles_2"
).split(" ");

/** The most bytes that each member may have: what the published ones have. */
const members = {
	train: { file: "cifar-100-binary/train.bin", bytes: 50_000 * ROW },
	test: { file: "cifar-100-binary/test.bin", bytes: 10_000 * ROW },
	names: { file: "cifar-100-binary/fine_label_names.txt", bytes: 4096 },
} as const;

/** What {@link rowsHash} gives for the published images, in whichever order they lie. */
const publishedRows = {
	train: "11cd465b9dfc2e28666516163472453e463496edc0389de1d234e9111e66c163",
	test: "f720caee9229d80edf21ea707a5a057ba935a565dcdb1e69d1d916decf74b040",
} as const;

/** The options of {@link cifar100}. */
type Cifar100Options = DataOptions & { readonly task?: "classification" | "multi-label" | undefined };

/** What is known of the labels: of the fine classes, or of both kinds as labels that hold together. */
function kindOf({ task }: Cifar100Options): Pick<AnyDataSet, "task" | "classes"> {
	return task === "multi-label" ? { task, classes: [...classes, ...coarseClasses] } : { classes };
}

/**
 * CIFAR-100: 50,000 training and 10,000 test images of 32×32 pixels in colour, 100 (fine) classes; as a multi-label task
 * each image has its fine class and its coarse one, of 20. 5,000 of the training images are for validation by default,
 * always the same.
 *
 * Source: A. Krizhevsky 2009, "Learning multiple layers of features from tiny images".
 */
export const cifar100: PublishedDataSet<Cifar100Options, LabelData> = {
	title: "CIFAR-100: 50,000 + 10,000 images of 100 classes, 3×32×32",
	classes,
	sampleShape,
	normalization,
	async load(options) {
		const { samples, fine, labels } = await readSplit("train", options);
		const kind = { name, ...kindOf(options), sampleShape, normalization };
		const byClass = { labels: fine, count: classes.length };
		const stream = randomStream(0, `${name}/split`);
		const all = { count: fine.length, samples, labels };
		return splitDataSet<LabelData>(kind, all, options.validation ?? VALIDATION_COUNT, stream, byClass);
	},
	download: [
		{
			name: archive,
			bytes: 168_513_733,
			sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
			hasContent: holdsPublishedRows,
			mirrors: [`https://www.cs.toronto.edu/~kriz/${archive}`],
		},
	],
};

/** Loads the test split of {@link cifar100}. */
export const loadCifar100Test: LoadTest<Cifar100Options> = async (options) => {
	const { samples, fine, labels } = await readSplit("test", options);
	return { ...kindOf(options), sampleShape, count: fine.length, samples, labels };
};

/** Marks for the fine class and the coarse one of each image, `[count, 120]`. */
function bothLabels(fine: Int32Array, coarse: Int32Array): Uint8Array {
	const width = classes.length + coarseClasses.length;
	const marks = new Uint8Array(fine.length * width);
	for (const [row, label] of fine.entries()) {
		marks[row * width + label] = 1;
		marks[row * width + classes.length + (coarse[row] ?? 0)] = 1;
	}
	return marks;
}

/** The images of one of the two files with their labels. */
interface Images {
	readonly samples: MemorySamples;
	readonly fine: Int32Array;
	/** What the task learns. */
	readonly labels: LabelData;
}

async function readSplit(
	which: "train" | "test",
	{ task, directory, env = process.env }: Cifar100Options & DataSurroundings,
): Promise<Images> {
	const folders = resolveDataFolders(name, directory, env);
	const path = await findFile(name, [archive, archive.replace(/\.gz$/, "")], folders);
	const { rows, names } = await readMembers(path, which);
	if (names.trimEnd() !== classes.join("\n")) {
		const expected = "the 100 fine classes in fine_label_names.txt";
		throw new LimbeckError("data", { where: path, expected, got: "other names" });
	}
	const count = rows.length / ROW;
	const where = `${path}: ${members[which].file}`;
	const labelsAt = (byte: number, names: readonly string[]): Int32Array => {
		const labels = Uint8Array.from({ length: count }, (_, row) => rows[row * ROW + byte] ?? 0);
		checkLabels(labels, count, names, where);
		return Int32Array.from(labels);
	};
	const images = new Uint8Array(count * PIXELS);
	for (let row = 0; row < count; row++) images.set(rows.subarray(row * ROW + 2, (row + 1) * ROW), row * PIXELS);
	const fine = labelsAt(1, classes);
	const labels = task === "multi-label" ? bothLabels(fine, labelsAt(0, coarseClasses)) : fine;
	return { samples: inMemory(images), fine, labels };
}

/** The rows of one of the two files, and the names of the classes. */
async function readMembers(
	path: string,
	which: "train" | "test",
): Promise<{ readonly rows: Uint8Array; readonly names: string }> {
	const { [which]: wanted, names } = members;
	const found = await readTarMembers(path, new Map([wanted, names].map(({ file, bytes }) => [file, bytes])));
	const rows = found.get(wanted.file) ?? new Uint8Array();
	if (rows.length === 0 || rows.length % ROW !== 0) {
		const expected = `${wanted.file} of whole rows of ${String(ROW)} bytes`;
		throw new LimbeckError("data", { where: path, expected, got: `${String(rows.length)} bytes` });
	}
	return { rows, names: Buffer.from(found.get(names.file) ?? []).toString("latin1") };
}

/** Whether an archive holds the published images, however it is packed and in whichever order they lie. */
async function holdsPublishedRows(path: string): Promise<boolean> {
	for (const which of ["train", "test"] as const) {
		const { rows } = await readMembers(path, which);
		if (rows.length !== members[which].bytes || rowsHash(rows) !== publishedRows[which]) return false;
	}
	return true;
}

/** The exclusive or of the SHA-256 of every row, in hexadecimal: a hash that does not depend on the rows' order. It
 * tells damage, not malice. */
export function rowsHash(rows: Uint8Array): string {
	const all = new Uint8Array(32);
	for (let at = 0; at < rows.length; at += ROW) {
		const digest = createHash("sha256")
			.update(rows.subarray(at, at + ROW))
			.digest();
		for (const [i, byte] of digest.entries()) all[i] = (all[i] ?? 0) ^ byte;
	}
	return Buffer.from(all).toString("hex");
}
