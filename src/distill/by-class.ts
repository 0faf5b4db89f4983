import { type ClassBalance, classBalance, classCounts, predictedClasses } from "../metrics/index.js";

/** How samples and predictions are spread over the classes. */
export interface ByClass {
	readonly balance: ClassBalance;
	/** `[classes]`: their names. */
	readonly classes: readonly string[];
	/** `[classes]`: samples of each. */
	readonly samples: readonly number[];
	/** `[classes]` by model: samples that it takes for each. */
	readonly predicted: Readonly<Record<string, readonly number[]>>;
}

/**
 * Counts labels and models' predictions by class.
 *
 * @param logits - `[count, classes]` of each model.
 * @returns nothing where samples have no labels.
 */
export function byClassOf(
	{ classes, labels }: { readonly classes: readonly string[]; readonly labels: Int32Array },
	logits: ReadonlyMap<string, Float32Array>,
): { readonly byClass?: ByClass } {
	if (labels.length === 0) return {};
	const count = classes.length;
	const { samples } = classCounts(labels, labels, count);
	const predicted = Object.fromEntries(
		Array.from(logits, ([name, rows]) => [name, classCounts(predictedClasses(rows, count), labels, count).predicted]),
	);
	return { byClass: { balance: classBalance(samples), classes, samples, predicted } };
}
