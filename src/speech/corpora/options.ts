/** The options of every corpus. */
import { z } from "zod";

/** The speakers of the Free Spoken Digit Dataset. */
export const fsddSpeakers = ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"] as const;

const fraction = (standard: number) => z.number().min(0).lt(0.5).default(standard);

/** A corpus with its options. */
export const speechOptions = z.discriminatedUnion("name", [
	z.strictObject({
		name: z.literal("fsdd"),
		directory: z.string().min(1).optional().describe("folder with free-spoken-digit-dataset.tar.gz"),
		heldOut: z
			.enum(fsddSpeakers)
			.optional()
			.describe("speaker who is the test; where left out, recordings 0 to 4 of every speaker and digit are"),
	}),
	z.strictObject({
		name: z.literal("recordings"),
		directory: z.string().min(1).describe("folder with the wav files"),
		transcripts: z
			.string()
			.min(1)
			.default("transcripts.csv")
			.describe("table in it: columns file and transcript, words apart by spaces; may have speaker and split"),
		testFraction: fraction(0.2).describe("share of the recordings for the test, where the table has no split"),
		validationFraction: fraction(0.1).describe("share of the recordings for validation, likewise"),
		spelling: z
			.enum(["merged", "exact"])
			.optional()
			.describe("whether words that differ in case or punctuation alone are one; they are where left out"),
		unknownWords: z
			.enum(["refuse", "keep"])
			.optional()
			.describe("words without recordings for training: refused where left out, or kept, each an error"),
	}),
]);

/** Which corpus, with its options. */
export type SpeechChoice = z.infer<typeof speechOptions>;

/** The options of one corpus. */
export type SpeechOptionsOf<Name extends SpeechChoice["name"]> = Extract<SpeechChoice, { readonly name: Name }>;
