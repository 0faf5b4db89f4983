/** Who answers, and what is made of samples and outputs: what stored answers are known by. */
import { encodeModel } from "../onnx/encode.js";
import type { Plain, TargetSource } from "../targets/targets.js";
import type { Combination } from "../tasks/combination.js";
import type { OpenMember } from "./ensemble.js";

/**
 * All that an ensemble's answers to a sample depend on: each member's model by SHA-256, weights and all, its share, how
 * the answers become one; and each member's preprocessing, the form of its outputs and which of them are the classes.
 * Where a member's file lies does not matter.
 */
export async function identityOf(
	members: readonly OpenMember[],
	combine: Combination,
): Promise<Pick<TargetSource, "teacher" | "handling">> {
	const total = members.reduce((sum, { classifier }) => sum + classifier.weight, 0);
	const hashes = await Promise.all(members.map(({ model }) => sha256(encodeModel(model))));
	const single = members.length === 1;
	return {
		teacher: {
			...(single ? {} : { combine }),
			members: members.map(({ classifier }, k) => ({ sha256: hashes[k] ?? "", share: classifier.weight / total })),
		},
		// Plain data: numbers, texts and lists of them.
		handling: members.map(({ classifier, form, select, pair }) => ({
			input: classifier.normalization,
			form,
			...(pair === undefined ? {} : { pair }),
			...(select === undefined ? {} : { select }),
		})) as unknown as Plain,
	};
}

async function sha256(bytes: Uint8Array): Promise<string> {
	const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
	return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
