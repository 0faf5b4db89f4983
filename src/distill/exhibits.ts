/** What a report shows of the test split besides numbers: samples, and what models say of them. */
import type { SampleSet, SampleShape, TestSet } from "../data/data-set.js";
import { readSamples } from "../data/open-samples.js";
import { confusionMatrix, logSoftmaxRow, mostConfused, predictedClasses } from "../metrics/index.js";

/** Whose confusions are shown, and whose opinion of single samples beside its own. */
export interface ExhibitChoice {
	readonly of: string;
	readonly beside: readonly string[];
}

/** A test sample. */
export interface ShownSample {
	/** Its row in the test split. */
	readonly index: number;
	readonly label: string;
	/** Bytes `[channels, height, width]` in base64, where samples are pictures. */
	readonly pixels?: string;
	/** A number for each class, rounded to four digits, by the model's name. */
	readonly logits: Readonly<Record<string, readonly number[]>>;
}

/** Samples of one class that were taken for another. */
export interface ShownConfusion {
	readonly label: string;
	readonly predicted: string;
	readonly count: number;
	/** The first of them. */
	readonly samples: readonly ShownSample[];
}

/** What is shown; all of it is chosen by a fixed rule, none by hand. */
export interface Exhibits {
	readonly classes: readonly string[];
	/** `[channels, height, width]`, where samples are pictures. */
	readonly shape?: readonly [number, number, number];
	/** Whose confusions these are. */
	readonly of: string;
	/** Counts, a row for each true class, a column for each predicted one; of 100 classes at most. */
	readonly confusion?: readonly (readonly number[])[];
	/** The most frequent first. */
	readonly confused: readonly ShownConfusion[];
	/** Samples that the first model beside it has right: from sure to unsure, by the entropy of its answer. */
	readonly soft: readonly ShownSample[];
}

/** A class's answers in a table of more than 10,000 numbers are no picture any more. */
const mostClasses = 100;
const pairs = 6;
const samplesOfPair = 4;

/** Places in the order of entropy: a sure sample, a usual one, and unsure ones. */
const quantiles = [0.02, 0.5, 0.9, 0.97, 0.99, 0.999];

/** Where e^log is 0 the product is to be 0, and not NaN. */
const leastLog = -1e4;

/** @param logits - of every model that the choice names: `[count, classes]`. */
export function exhibitsOf(
	test: TestSet,
	logits: ReadonlyMap<string, Float32Array>,
	{ of, beside }: ExhibitChoice,
): Exhibits {
	const { classes, labels, sampleShape } = test;
	const shape = pictureShape(sampleShape);
	const answersOf = (name: string): Float32Array => {
		const answers = logits.get(name);
		if (answers === undefined) throw new TypeError(`exhibits: expected one of the models, got ${name}`);
		return answers;
	};
	const predicted = predictedClasses(answersOf(of), classes.length);
	const nameOf = (index: number): string => classes[index] ?? "";
	const shown = (index: number): ShownSample => ({
		index,
		label: nameOf(labels[index] ?? -1),
		...(shape === undefined ? {} : { pixels: pixelsOf(test, index) }),
		logits: Object.fromEntries(
			[...beside, of].map((name) => [
				name,
				Array.from(
					answersOf(name).subarray(index * classes.length, (index + 1) * classes.length),
					(value) => Math.round(value * 1e4) / 1e4,
				),
			]),
		),
	});
	const confused = mostConfused(predicted, labels, classes.length, pairs).map(({ label, predicted: as, count }) => {
		const rows = [...predicted.keys()].filter((row) => labels[row] === label && predicted[row] === as);
		return {
			label: nameOf(label),
			predicted: nameOf(as),
			count,
			samples: rows.slice(0, samplesOfPair).map(shown),
		};
	});
	return {
		classes,
		...(shape === undefined ? {} : { shape }),
		of,
		...(classes.length > mostClasses ? {} : { confusion: confusionMatrix(predicted, labels, classes.length) }),
		confused,
		soft: bySureness(answersOf(beside[0] ?? of), test).map(shown),
	};
}

/** Samples that are answered right, at fixed places in the order of the answers' entropy. */
function bySureness(logits: Float32Array, { labels, classes }: TestSet): readonly number[] {
	const predicted = predictedClasses(logits, classes.length);
	const right = [...predicted.keys()].filter((row) => predicted[row] === labels[row]);
	const entropies = new Map(
		right.map((row) => {
			const logs = logSoftmaxRow(logits.subarray(row * classes.length, (row + 1) * classes.length));
			return [row, logs.reduce((sum, log) => sum - Math.exp(log) * Math.max(log, leastLog), 0)] as const;
		}),
	);
	const ordered = right.sort((a, b) => (entropies.get(a) ?? 0) - (entropies.get(b) ?? 0) || a - b);
	const places = quantiles.flatMap((q) => ordered[Math.floor(q * (ordered.length - 1))] ?? []);
	return [...new Set(places)];
}

/** The shape of a picture, grey or in colours; `undefined` of anything else. */
export function pictureShape(shape: readonly number[]): readonly [number, number, number] | undefined {
	const [channels = 0, height = 0, width = 0] = shape;
	return shape.length === 3 && (channels === 1 || channels === 3) ? [channels, height, width] : undefined;
}

/** A sample as bytes in base64: as it is stored, or stretched from its least to its greatest number. */
export function pixelsOf(test: SampleSet & { readonly sampleShape: SampleShape }, index: number): string {
	const samples = readSamples(test, test.sampleShape, Uint32Array.of(index));
	if (samples.type === "uint8") return Buffer.from(samples.data).toString("base64");
	const { data } = samples;
	const [least, greatest] = [
		data.reduce((a, b) => Math.min(a, b), Infinity),
		data.reduce((a, b) => Math.max(a, b), -Infinity),
	];
	const scale = greatest > least ? 255 / (greatest - least) : 0;
	return Buffer.from(Uint8Array.from(data, (value) => Math.round((value - least) * scale))).toString("base64");
}
