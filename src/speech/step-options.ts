/** What experiments with speech are made of: the corpus, its features and states, the net. */
import { z } from "zod";
import { acousticNetwork } from "../distill/networks.js";
import { contextOptions } from "./context.js";
import { speechOptions } from "./corpora/options.js";
import { frontEndOptions } from "./front-end.js";
import { hmmOptions } from "./hmm.js";

/** A seed. */
export const seedField = z.int().min(0).max(0xffff_ffff);

/** From the least to the most. */
const range = (least: number, standard: readonly [number, number]) =>
	z
		.tuple([z.int().min(least).max(10_000), z.int().min(least).max(10_000)])
		.refine(([low, high]) => low <= high, "the least first")
		.default([...standard]);

const stringOptions = z.strictObject({
	lengths: range(1, [1, 5]).describe("fewest and most recordings that are joined to a string"),
	gapMs: range(0, [0, 300]).describe("shortest and longest gap before, between and behind them, ms"),
	seed: seedField.default(0).describe("seed of the strings, the same in every run"),
});

const alignmentOptions = z.strictObject({
	gaussianRounds: z
		.int()
		.min(1)
		.max(200)
		.default(40)
		.describe("most rounds of Gaussians and Viterbi from a flat start"),
	netRounds: z
		.int()
		.min(0)
		.max(20)
		.default(10)
		.describe("most rounds in which a net learns the states and says them anew"),
	tolerance: z
		.number()
		.min(0)
		.max(1)
		.default(0.01)
		.describe("share of the frames that may still change their state when the net's rounds end"),
	seed: seedField.default(0).describe("seed of those nets, the same in every run"),
});

/** The fields of a recipe that its steps take. */
export const speechFields = {
	data: speechOptions.prefault({ name: "fsdd" }).describe("the recordings: fsdd, or a folder of yours"),
	features: frontEndOptions.prefault({}),
	context: contextOptions.prefault({}),
	hmm: hmmOptions.prefault({}),
	strings: stringOptions.prefault({}).describe("how recordings are joined, for training, validation and test"),
	alignment: alignmentOptions.prefault({}).describe("how frames get their states"),
	network: acousticNetwork.prefault({ family: "acoustic" }).describe("the net, and how it is trained"),
	penalties: z
		.array(z.number().min(0).max(1e6))
		.min(1)
		.default([0, 1, 2, 3, 5, 8, 12, 17, 23, 30, 40, 55, 75, 100, 130, 170, 230, 300])
		.describe("insertion penalties to choose from on validation, in ln"),
};

/** What the steps of an experiment with speech take of its recipe. */
export type SpeechStepOptions = z.infer<z.ZodObject<typeof speechFields>>;
