/** export.json: what an export made, and what it measured. */
import type { PixelScale } from "../data/data-set.js";
import type { Decoding } from "../data/options.js";
import type { Environment } from "../distill/network-report.js";
import type { ClassBalance, Latency } from "../metrics/index.js";
import type { Notice } from "../notices.js";
import type { Precision } from "../predict/precisions.js";
import type { Quantization } from "./quantize.js";

/** Where samples are normalised: before the model, or by it. */
export type PreprocessPlace = "outside" | "in-graph";

/** One of the exported models. */
export interface ExportedModel {
	readonly precision: Precision;
	/** Inside the folder. */
	readonly file: string;
	readonly bytes: number;
	/** Of one sample in one call, on this machine. */
	readonly latencyMs: Latency;
	/** On the validation split: what the choice between them goes by. */
	readonly validation: {
		/** Share of samples on which it predicts the float32 model's class. */
		readonly agreement: number;
		/** Absent without labels. */
		readonly accuracy?: number;
	};
	/** On the test split, seen once, when all was made and chosen. */
	readonly test: {
		readonly agreement: number;
		/** Absent without labels, as are the next. */
		readonly accuracy?: number;
		readonly errors?: number;
		/** Mean over the classes of the share of their samples that is right. */
		readonly balancedAccuracy?: number;
		/** Mean over the classes of F1. */
		readonly macroF1?: number;
	};
	/** On the same test pictures, as transformers.js decodes them in Node; absent where that is not known. */
	readonly transformers?: { readonly accuracy: number; readonly errors: number };
}

/** Whether int8 is advised, and why. */
export interface Advice {
	readonly recommended: boolean;
	readonly reason: string;
}

/** What an export made, `schema: 1`. */
export interface ExportReport {
	readonly schema: 1;
	readonly kind: "export";
	readonly created: string;
	/** The name of the data. */
	readonly data: string;
	/** Test samples. */
	readonly test: number;
	/** How their labels are spread over the classes; absent without labels. */
	readonly balance?: ClassBalance;
	readonly classes: readonly string[];
	readonly input: {
		readonly name: string;
		readonly type: "float" | "uint8";
		readonly sampleShape: readonly number[];
		readonly preprocess: PreprocessPlace;
		/** How many channels images may have, where others than those of `sampleShape` are taken too. */
		readonly channels?: readonly number[];
		/** Whose way the pictures that it was measured on were decoded; absent where none were. */
		readonly decode?: Decoding;
	};
	/** Names of the columns that the input takes, in order, for a table. */
	readonly features?: readonly string[];
	/** Which values were black and white in pictures with pixels that are not bytes, by their type. */
	readonly pixelRanges?: PixelScale["ranges"];
	/** float32 first. */
	readonly models: readonly ExportedModel[];
	/** What should be known of the models and the data. */
	readonly notices: readonly Notice[];
	/** Absent where nothing in the model can be quantised. */
	readonly int8?: Quantization & Advice & { readonly calibrationSamples: number };
	readonly environment: Environment;
}

/** The most accuracy that int8 may lose on the validation split, as a share. */
const mostLoss = 0.005;
/** The least agreement with float32 where there are no labels. */
const leastAgreement = 0.99;

/**
 * Whether int8 is advised, by the validation split and the size alone: the test split decides nothing.
 *
 * @param fault - what is wrong with the float32 model itself, as `nearChance` says it: to lose nothing is then no merit.
 */
export function adviceOn(
	int8: Pick<ExportedModel, "validation" | "bytes">,
	float32: Pick<ExportedModel, "validation" | "bytes">,
	fault?: string,
): Advice {
	const { accuracy, agreement } = int8.validation;
	if (fault !== undefined) return { recommended: false, reason: `the float32 model ${fault}` };
	const whole = float32.validation.accuracy;
	if (int8.bytes >= float32.bytes) return { recommended: false, reason: "it is no smaller than float32" };
	if (accuracy === undefined || whole === undefined) {
		const share = `agrees with float32 on ${(100 * agreement).toFixed(2)} % of the validation samples`;
		return { recommended: agreement >= leastAgreement, reason: `it ${share}` };
	}
	const points = Math.round(1e4 * (whole - accuracy)) / 100;
	const change = `${points > 0 ? "loses" : "gains"} ${Math.abs(points).toFixed(2)} points of accuracy`;
	return {
		recommended: whole - accuracy <= mostLoss,
		reason: `it ${points === 0 ? "loses no accuracy" : change} on the validation split`,
	};
}

/** The advice as a sentence. */
export function adviceSentence({ recommended, reason }: Advice): string {
	return recommended ? `int8 can be used: ${reason}.` : `int8 is not recommended: ${reason}.`;
}
