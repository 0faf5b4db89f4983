/** Whether a teacher's answers to a network can be stored. */
import { mixupOf, showsAsStored } from "../data/transforms/index.js";
import { LimbeckError } from "../errors.js";
import type { NetworkOptions } from "./networks.js";

/** What a network says of how samples are shown to it. */
type Shown = Pick<NetworkOptions, "augment" | "jitter" | "views">;

/**
 * Why answers to a network that learns cannot be stored; `undefined` where they can.
 *
 * @param path - of the network in its recipe.
 */
export function networkRefusal(path: string, network: Shown): LimbeckError | undefined {
	if (mixupOf(network) !== undefined) {
		return refusal(
			`${path}.augment`,
			"samples whose answers can be stored",
			"mixup, which mixes batches anew every time",
		);
	}
	if (showsAsStored(network) || network.views !== undefined) return undefined;
	return refusal(
		`${path}.views`,
		"a number of views, to store the answers to each",
		"a fresh view of each sample every epoch",
		`Add --set ${path}.views=8, or leave targets.keep out.`,
	);
}

/** The error for a field that keeps answers from being stored. */
export function refusal(where: string, expected: string, got: string, hint = "Leave targets.keep out."): LimbeckError {
	return new LimbeckError("usage", { where: `targets.keep: ${where}`, expected, got, hint });
}
