import { z } from "zod";
import { combinationRules } from "../../specialists/combination.js";

/** How predictions become one. */
export const combinationOptions = z.strictObject({
	rule: z
		.enum(combinationRules)
		.default("kl")
		.describe("kl: the least sum of KL divergences, as in the paper; or a mean, arithmetic or geometric"),
	n: z
		.int()
		.min(1)
		.default(1)
		.describe("a specialist is asked where it has one of so many most probable classes of the generalist"),
});

/** How predictions become one. */
export type CombinationOptions = z.infer<typeof combinationOptions>;
