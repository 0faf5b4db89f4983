/** The networks between a teacher and its last student, and that student: each is taught by the one before. */

import type { NetworkOptions } from "../../distill/networks.js";
import { randomStream } from "../../random.js";
import type { RunRecipe } from "./recipe.js";

/** One network that learns from a teacher, or from the one before it. */
export interface Link {
	readonly role: "assistant" | "generation" | "student";
	/** Which of several, counted from 1; the last is the student. */
	readonly member?: number;
	readonly network: NetworkOptions;
	readonly seed: number;
}

/**
 * The links of a recipe in the order in which they are trained: teacher assistants (Mirzadeh et al. 2020), then the
 * generations of the student (Furlanello et al. 2018), of which the last is the student. The first generation has the
 * run's own seed, so that it starts as the student alone does.
 */
export function linksOf(
	{ chain, generations, student }: Pick<RunRecipe, "chain" | "generations" | "student">,
	seed: number,
): readonly Link[] {
	return [
		...chain.map((network, k) => ({
			...({ role: "assistant", member: k + 1 } as const),
			network,
			seed: derivedSeed(seed, "chain/assistant", k),
		})),
		...Array.from({ length: generations }, (_, k): Link => {
			const part =
				k + 1 === generations ? ({ role: "student" } as const) : ({ role: "generation", member: k + 1 } as const);
			return { ...part, network: student, seed: k === 0 ? seed : derivedSeed(seed, "chain/generation", k) };
		}),
	];
}

function derivedSeed(seed: number, purpose: string, index: number): number {
	return randomStream(seed, purpose).words(index, new Uint32Array(1))[0] ?? 0;
}
