/** What nets and Gaussians say of the frames of utterances. */
import type { SampleShape } from "../data/data-set.js";
import { finiteAnswers, type OpenedModel, withModel } from "../distill/evaluated-model.js";
import type { EnsembleSource } from "../distill/teachers/sources.js";
import type { Runtime } from "../runtime/runtime.js";
import type { AlignedModels } from "./alignment-file.js";
import { type Context, windowsOver } from "./context.js";
import type { Frames } from "./filterbank.js";
import { stateNames } from "./hmm.js";

/** What opening a net needs. */
export interface NetSurroundings {
	readonly runtime: Runtime;
	readonly threads?: number | undefined;
}

/** The shape of a net's sample. */
export function windowShape({ left, right }: Context, coefficients: number): SampleShape {
	return [left + 1 + right, coefficients];
}

/** Logits of every frame of utterances: of each `[frames, states]`. */
export type AskNet = (utterances: readonly Frames[]) => Promise<readonly Float32Array[]>;

/**
 * Opens a net, or several that answer as one, does the work and closes it.
 *
 * @param probe - an utterance that shows what its outputs are.
 * @throws LimbeckError (`model`) for a file that is no net over these frames and states.
 */
export function withNet<T>(
	source: string | EnsembleSource,
	{ hmm, context, features }: Pick<AlignedModels, "hmm" | "context" | "features">,
	probe: Frames,
	{ runtime, threads }: NetSurroundings,
	work: (ask: AskNet, opened: OpenedModel) => Promise<T>,
): Promise<T> {
	const classes = stateNames(hmm);
	const data = {
		classes,
		sampleShape: windowShape(context, features.coefficients),
		probe: windowsOver([probe], context),
		...(threads === undefined ? {} : { threads }),
	};
	return withModel(source, data, runtime, (opened) =>
		work(async (utterances) => {
			const { logits } = await finiteAnswers(opened, windowsOver(utterances, context), classes.length, "speech");
			let at = 0;
			return utterances.map(({ count }) => logits.subarray(at, (at += count * classes.length)));
		}, opened),
	);
}
