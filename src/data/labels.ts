import { LimbeckError } from "../errors.js";

/**
 * Refuses labels that do not fit the samples.
 *
 * @throws LimbeckError `data` unless there is one label for each sample, all below the number of classes, and samples of
 * every class.
 */
export function checkLabels(labels: Uint8Array, sampleCount: number, classes: readonly string[], where: string): void {
	const fail = (expected: string, got: string): never => {
		throw new LimbeckError("data", { where, expected, got });
	};
	if (labels.length !== sampleCount) {
		fail(`${String(sampleCount)} labels, one for each image`, String(labels.length));
	}
	const wrong = labels.findIndex((label) => label >= classes.length);
	if (wrong !== -1) {
		fail(`labels below ${String(classes.length)}`, `${String(labels[wrong])} at index ${String(wrong)}`);
	}
	const present = new Set(labels);
	const empty = classes.findIndex((_, index) => !present.has(index));
	if (empty !== -1) {
		fail("samples of every class", `none of class ${String(empty)} (${String(classes[empty])})`);
	}
}
