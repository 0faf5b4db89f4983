/** From recordings to the frames that a net sees. */
import { z } from "zod";
import { LimbeckError } from "../errors.js";
import type { Recording } from "./corpus.js";
import { createFilterbank, type Frames, filterbankOptions } from "./filterbank.js";
import { type Moments, momentsBySpeaker, momentsOf, normalizeFrames } from "./normalize.js";
import { resample } from "./resample.js";

/** How recordings become frames. */
export const frontEndOptions = z
	.strictObject({
		...filterbankOptions.shape,
		normalization: z
			.enum(["speaker", "global"])
			.default("speaker")
			.describe("moments that frames are normalised by: of the speaker's recordings of the same part, or of training"),
	})
	.describe("features of sound");

/** Options of the front end. */
export type FrontEndOptions = z.infer<typeof frontEndOptions>;

/** The front end of one part of a corpus. */
export interface FrontEnd {
	/** Normalised frames of recordings by speakers of the part. */
	readonly framesOf: (recordings: readonly Recording[]) => readonly Frames[];
	/** The moments of the part's frames. */
	readonly moments: Moments;
}

/** Recordings with sound of the filterbank's rate, so that they can be joined. */
export function atRate(
	recordings: readonly Recording[],
	{ rate }: Pick<FrontEndOptions, "rate">,
): readonly Recording[] {
	return recordings.map((one) => ({ ...one, audio: resample(one.audio, rate) }));
}

/**
 * Opens the front end of one part of a corpus.
 *
 * @param part - its recordings, as they are; what is made of them is normalised by their moments.
 * @param training - the moments of the training part, which `global` takes.
 * @throws LimbeckError (`usage`) for options that make no filterbank; (`data`) for sound shorter than a frame.
 */
export function openFrontEnd(part: readonly Recording[], options: FrontEndOptions, training?: Moments): FrontEnd {
	const { normalization, ...bankOptions } = options;
	const bank = createFilterbank(bankOptions);
	const heard = ({ id, audio }: Recording): Frames => {
		try {
			return bank(audio);
		} catch (error) {
			throw error instanceof LimbeckError ? new LimbeckError(error.category, { ...error.toJSON(), where: id }) : error;
		}
	};
	const raw = part.map(heard);
	const moments = momentsOf(raw);
	const bySpeaker = momentsBySpeaker(
		raw,
		part.map(({ speaker }) => speaker),
	);
	const momentsFor = (speaker: string): Moments =>
		normalization === "global" ? (training ?? moments) : (bySpeaker.get(speaker) ?? moments);
	return {
		moments,
		framesOf: (recordings) => recordings.map((one) => normalizeFrames(heard(one), momentsFor(one.speaker))),
	};
}
