/** export.json: what an export made, and what it measured. */
import type { PixelScale } from "../data/data-set.js";
import type { Decoding } from "../data/options.js";
import type { Environment } from "../distill/network-report.js";
import type { ClassBalance, Latency } from "../metrics/index.js";
import type { Notice } from "../notices.js";
import type { Precision } from "../predict/precisions.js";
import { type FigureName, type Figures, figureKinds, figureNames } from "../tasks/figures.js";
import { taskOf } from "../tasks/index.js";
import type { TaskName } from "../tasks/names.js";
import type { Chosen } from "../tasks/task.js";
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
	/**
	 * On the validation split, what the choice between them goes by: how like the float32 model it is, which has a teacher's
	 * place (`agreement` is the share of equal classes); with labels, the figure of `shipFigure` too.
	 */
	readonly validation: Figures;
	/** On the test split, seen once, when all was made and chosen: the same likeness; with labels, the figures of the task. */
	readonly test: Figures;
	/** What was chosen for it on the validation split, such as thresholds; its file has it too. Absent where nothing was. */
	readonly chosen?: Chosen;
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
	/** What is answered; classes where absent. */
	readonly task?: TaskName;
	/** Test samples. */
	readonly test: number;
	/** How their labels are spread over the classes; absent without labels. */
	readonly balance?: ClassBalance;
	/** Names of what is answered. */
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

/** The figure that forms of a network are judged by: the first of its task that does not count samples. */
export function shipFigure(task: TaskName | undefined): FigureName {
	const { measures } = taskOf({ task });
	return measures.find((name) => figureKinds[name].as !== "count") ?? measures[0];
}

/** The first of some figures of how like a network is to another. */
export function firstLikeness(likeness: Figures): Figures {
	const name = figureNames.find((one) => likeness[one] !== undefined);
	return name === undefined ? {} : { [name]: likeness[name] };
}

/** The most that int8 may lose of a share on the validation split, and of another number as a share of that. */
const mostLoss = { share: 0.005, number: 0.01 };
/** The least agreement with float32 where there are no labels. */
const leastAgreement = 0.99;

/**
 * Whether int8 is advised, by the validation split and the size alone: the test split decides nothing.
 *
 * @param fault - what is wrong with the float32 model itself, as `faultOf` says it: to lose nothing is then no merit.
 */
export function adviceOn(
	int8: Pick<ExportedModel, "validation" | "bytes">,
	float32: Pick<ExportedModel, "validation" | "bytes">,
	task: TaskName | undefined,
	fault?: string,
): Advice {
	if (fault !== undefined) return { recommended: false, reason: `the float32 model ${fault}` };
	if (int8.bytes >= float32.bytes) return { recommended: false, reason: "it is no smaller than float32" };
	const name = shipFigure(task);
	const [own, whole] = [int8.validation[name], float32.validation[name]];
	return own === undefined || whole === undefined ? likenessAdvice(int8.validation) : figureAdvice(name, own, whole);
}

/** The advice where there are no labels. */
function likenessAdvice({ agreement }: Figures): Advice {
	if (agreement === undefined) return { recommended: false, reason: "no labels say what its answers are worth" };
	const share = `agrees with float32 on ${(100 * agreement).toFixed(2)} % of the validation samples`;
	return { recommended: agreement >= leastAgreement, reason: `it ${share}` };
}

function figureAdvice(name: FigureName, own: number, whole: number): Advice {
	const { title, better, as } = figureKinds[name];
	const loss = better === "more" ? whole - own : own - whole;
	if (as === "percent") {
		const points = Math.round(1e4 * loss) / 100;
		const change = `${points > 0 ? "loses" : "gains"} ${Math.abs(points).toFixed(2)} points of ${title}`;
		return {
			recommended: loss <= mostLoss.share,
			reason: `it ${points === 0 ? `loses no ${title}` : change} on the validation split`,
		};
	}
	const share = loss === 0 ? 0 : loss / Math.abs(whole);
	const apart = `${(100 * Math.abs(share)).toFixed(2)} % ${own > whole ? "larger" : "smaller"}`;
	const change = whole === 0 ? "larger than 0" : apart;
	return {
		recommended: share <= mostLoss.number,
		reason: `its ${title} is ${share === 0 ? "the same" : change} on the validation split`,
	};
}

/** The advice as a sentence. */
export function adviceSentence({ recommended, reason }: Advice): string {
	return recommended ? `int8 can be used: ${reason}.` : `int8 is not recommended: ${reason}.`;
}
