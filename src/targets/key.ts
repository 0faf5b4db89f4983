import { canonicalHash } from "../canonical.js";
import type { TargetForm, TargetSource } from "./targets.js";

/** To be raised whenever the same key would mean other answers, or other bytes. */
const formatVersion = 1;

/**
 * The key of a teacher's answers: SHA-256 over canonical JSON of all that they depend on.
 *
 * In the key:
 * - the format's version: other versions lay bytes out in another way;
 * - who answers (`teacher`): other weights, members or rules of joining them give other answers;
 * - `handling`: the same weights answer otherwise to inputs that were normalised or scaled otherwise, and the same
 *   outputs mean something else when they are mapped to classes otherwise;
 * - the data's fingerprint and the split: sample ids are places in it;
 * - the views' seed and transforms in their normal form: view v of a sample is a function of them;
 * - precision and top-k: what is kept of an answer.
 *
 * Not in the key: threads, batch size and the engine's version, which move answers by rounding only; the student, its
 * objective and its seed, which the teacher does not see, so that all of them share its answers; the number of views,
 * since view v is the same however many there are, and each has a file of its own; the temperature, at which the cost is
 * measured, but nothing stored.
 */
export function targetKey(source: TargetSource, form: TargetForm): string {
	return canonicalHash(keyFields(source, form));
}

/** What a key is the hash of, for people to read in a file's header. */
export function keyFields(
	{ teacher, handling, data: { fingerprint, split }, views: { seed, transforms, blank } }: TargetSource,
	{ precision, topK }: TargetForm,
): Readonly<Record<string, unknown>> {
	return {
		format: formatVersion,
		teacher,
		handling,
		data: { fingerprint, split },
		views: { seed, transforms, blank },
		precision,
		topK,
	};
}
