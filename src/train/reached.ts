/** Where a training is, from call to call. */
import { LimbeckError } from "../errors.js";
import { taskOf } from "../tasks/index.js";
import { type Candidate, type Checkpoint, type Rollback, stepsLost, type Validation } from "./checkpoint/checkpoint.js";
import { afterDivergence, type Divergence } from "./divergence.js";
import type { ValidationFigures } from "./labels.js";
import type { OpenTraining } from "./open-training.js";
import { type HeldState, initialState, type State } from "./state.js";
import type { TrainingJob } from "./training.js";
import type { TrainingGraph } from "./training-graph.js";

/** What a checkpoint holds of a training, but for the losses of its steps. */
export interface Reached {
	readonly state: HeldState;
	/** The weights that are the result, as far as is known. */
	readonly kept: Candidate | undefined;
	/** The state that a divergence goes back to; the first one where absent. */
	readonly good: State | undefined;
	readonly validations: readonly Validation[];
	readonly rollbacks: readonly Rollback[];
}

/** The beginning, or what a checkpoint holds. @throws LimbeckError (`file`) for one of another training. */
export function reachedBy({ graph, job, memory }: OpenTraining, found: Checkpoint | undefined): Reached {
	return {
		state: memory.put(found === undefined ? beginning(graph, job) : ownState(found, graph)),
		kept: found?.kept,
		good: found?.good,
		validations: found?.history.validations ?? [],
		rollbacks: found?.rollbacks ?? [],
	};
}

function beginning(graph: TrainingGraph, { model, seed }: TrainingJob): State {
	return initialState(graph, model, seed);
}

/** A checkpoint's state, if it is of this graph. */
function ownState({ state }: Checkpoint, { carried }: TrainingGraph): State {
	const wrong = carried.find(({ name, dims }) => state[name]?.dims.join() !== dims.join());
	if (wrong === undefined) return state;
	throw new LimbeckError("file", {
		where: `checkpoint: ${wrong.name}`,
		expected: `float[${wrong.dims.join(",")}]`,
		got: state[wrong.name] === undefined ? "none" : `[${state[wrong.name]?.dims.join(",") ?? ""}]`,
		hint: "It is of another training: remove it.",
	});
}

/** Whether a divergence is gone back from. */
export const mayGoBack = ({ options }: TrainingJob): boolean => options.divergence.action === "rollback";

/** After a look at validation: weights that are better are kept, and the state is one to go back to. */
export function withValidation(
	at: Reached,
	{ step, figures, state }: { readonly step: number; readonly figures: ValidationFigures; readonly state: State },
	{ job, totalSteps }: Pick<OpenTraining, "job" | "totalSteps">,
): Reached {
	const { badness } = taskOf(job.data);
	const better = at.kept === undefined || badness(figures) < badness(at.kept.figures);
	// No memory is held for weights that later ones replace in any case.
	const isKept = job.options.keep === "last" ? step === totalSteps : better;
	return {
		...at,
		validations: [...at.validations, { step, ...figures }],
		kept: isKept ? { state, step, figures } : at.kept,
		// With `keep: "last"` it is the state that is kept, and takes no memory of its own.
		good: mayGoBack(job) ? state : at.good,
	};
}

/** Back at the last look at validation, or at the start. */
interface GoneBack {
	readonly reached: Reached;
	/** The step that is gone back to. */
	readonly to: number;
	/** What a person is told of it. */
	readonly note: string;
}

/**
 * Goes back to the last look at validation, or to the start.
 *
 * @throws LimbeckError (`training`) where training ends instead.
 */
export function goneBack({ job, graph, memory }: OpenTraining, at: Reached, divergence: Divergence): GoneBack {
	const next = afterDivergence(divergence, job, at.rollbacks, at.validations.at(-1)?.step ?? 0);
	if (next instanceof LimbeckError) throw next;
	const { rollback, note } = next;
	const rollbacks = [...at.rollbacks, rollback];
	const from = rollback.to === 0 ? { kept: undefined, good: undefined, validations: [] } : at;
	const state = memory.put(from.good ?? beginning(graph, job));
	return { reached: { ...at, ...from, state, rollbacks }, to: rollback.to, note };
}

/** A training after so many steps, to be saved. */
export function checkpointOf(
	{ kept, good, validations, rollbacks }: Reached,
	{ state, step, losses, seconds }: Pick<Checkpoint, "state" | "step" | "seconds"> & { readonly losses: Float32Array },
): Checkpoint {
	return {
		step: step + stepsLost(rollbacks),
		rollbacks,
		state,
		...(kept === undefined ? {} : { kept }),
		...(good === undefined ? {} : { good }),
		history: { losses: losses.slice(0, step), validations },
		seconds,
	};
}
