/** The training samples that a network learns from, and what it makes of them when it has learned. */
import { classData } from "../data/class-data.js";
import type { DataSet } from "../data/data-set.js";
import { classesOfTraining, type Fraction, fractionOfTraining } from "../data/fraction.js";
import { readSamples } from "../data/open-samples.js";
import { predictedClasses } from "../metrics/index.js";
import type { LabelData } from "../tasks/labels.js";
import { type EvaluateContext, finiteAnswers, withModel } from "./evaluated-model.js";
import type { LearnedPart } from "./networks.js";
import type { EnsembleSource } from "./teachers/sources.js";

/** The training samples that a network learns from, where those are not all. */
export function partOf<Labels extends LabelData>(
	whole: DataSet<Labels>,
	{ classes, fraction, fractionSeed = 0 }: LearnedPart,
): Fraction<LabelData> | undefined {
	const own: Fraction<LabelData> | undefined =
		classes === undefined ? undefined : classesOfTraining(classData(whole, "classes"), classes);
	if (fraction === undefined) return own;
	const { data, indices } = fractionOfTraining(own?.data ?? whole, fraction, fractionSeed);
	return { data, indices: own === undefined ? indices : indices.map((index) => own.indices[index] ?? 0) };
}

/** How a network does on samples that it learned from. */
export interface LearnedFigures {
	/** Share of `samples` that it has right. */
	readonly accuracy: number;
	/** Samples that were looked at: 1,000 at most, evenly spaced. */
	readonly samples: number;
}

const mostSamples = 1000;

/** Models, and the data that they have learned from. */
interface LearnedModels {
	readonly data: DataSet;
	readonly models: Readonly<Record<string, string | EnsembleSource>>;
	readonly threads?: number;
}

/**
 * Accuracies on training samples, as they are stored: beside those on other samples they show what was learned by heart.
 *
 * @param parts - what those models have learned from that are looked at, by their names.
 * @returns nothing for those that learned from samples without labels.
 * @throws LimbeckError as `withModel` and `finiteAnswers` do.
 */
export async function learnedFigures(
	{ data: whole, models, threads }: LearnedModels,
	parts: Readonly<Record<string, LearnedPart>>,
	{ runtime }: EvaluateContext,
): Promise<Readonly<Record<string, LearnedFigures>>> {
	const { classes, sampleShape, features, pixelScale } = whole;
	const figures: Record<string, LearnedFigures> = {};
	for (const [name, part] of Object.entries(parts)) {
		const source = models[name];
		const { train } = (partOf(whole, part) ?? { data: whole }).data;
		if (source === undefined || train.labels.length === 0) continue;
		const count = Math.min(mostSamples, train.count);
		const indices = Uint32Array.from({ length: count }, (_, k) => Math.floor((k * train.count) / count));
		const set = { count, samples: readSamples(train, sampleShape, indices) };
		const opens = {
			classes,
			sampleShape,
			features,
			pixelScale,
			probe: set,
			...(threads === undefined ? {} : { threads }),
		};
		const { logits } = await withModel(source, opens, runtime, (opened) =>
			finiteAnswers(opened, set, classes.length, "training"),
		);
		const predicted = predictedClasses(logits, classes.length);
		const right = predicted.filter((one, k) => one === train.labels[indices[k] ?? 0]).length;
		figures[name] = { accuracy: right / count, samples: count };
	}
	return figures;
}
