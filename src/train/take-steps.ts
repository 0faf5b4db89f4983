/** The steps of a training one after the other: taken, looked at, kept. */
import type { Chunk, Loader } from "../data/chunk.js";
import { epochLength } from "../data/order.js";
import { interruption, LimbeckError } from "../errors.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import type { Session } from "../runtime/runtime.js";
import { feeds } from "./batch.js";
import {
	type Candidate,
	type Checkpoint,
	type Checkpoints,
	type History,
	type Rollback,
	stepsLost,
	type Validation,
} from "./checkpoint/checkpoint.js";
import { afterDivergence, divergenceIn } from "./divergence.js";
import { createFeed } from "./feed.js";
import { badnessOf, type ValidationFigures } from "./labels.js";
import { looksOf, nextChunk, type PlannedChunk, type PlanOptions, stateBytesOf } from "./plan.js";
import { initialState, runChunk, type State, withWeights } from "./state.js";
import type { OpenTeacher } from "./teacher.js";
import type { TrainingContext, TrainingJob } from "./training.js";
import type { TrainingGraph } from "./training-graph.js";

/** All that a run is made of, ready to go. */
export interface Run {
	readonly job: TrainingJob;
	readonly graph: TrainingGraph;
	readonly session: Session;
	readonly loader: Loader;
	readonly totalSteps: number;
	readonly teacher: OpenTeacher | undefined;
	readonly validate: (model: OnnxModel) => Promise<ValidationFigures>;
}

/** What the steps leave. */
export interface Taken {
	readonly kept: Candidate;
	readonly history: History;
	readonly rollbacks: readonly Rollback[];
	/** Wall-clock time, that before a stop included. */
	readonly seconds: number;
}

/** Takes all steps, or those that a run before this one left. */
export async function takeSteps(run: Run, context: TrainingContext): Promise<Taken> {
	const { job, graph, session, loader, totalSteps, teacher, validate } = run;
	const { now, onEvent, checkpoints, checkpointSeconds, stop } = context;
	const { model, data, options, seed } = job;
	const found = await checkpoints?.newest();
	const started = now() - 1000 * (found?.seconds ?? 0);
	const losses = new Float32Array(totalSteps);
	losses.set(found?.history.losses ?? []);
	const validations: Validation[] = [...(found?.history.validations ?? [])];
	const rollbacks: Rollback[] = [...(found?.rollbacks ?? [])];
	const begin = (): State => initialState(graph, model, seed);
	let { state, kept, good }: Standing = found === undefined ? { state: begin() } : resumed(found, graph);
	const mayGoBack = options.divergence.action === "rollback";
	const baseRate = (): State => {
		const rate = Float32Array.of(options.optimizer.learningRate * options.divergence.factor ** rollbacks.length);
		return mayGoBack ? { [feeds.baseRate]: { type: "float", dims: [], data: rate } } : {};
	};
	const reached = (step: number): Checkpoint => ({
		step: step + stepsLost(rollbacks),
		rollbacks: [...rollbacks],
		state,
		...(kept === undefined ? {} : { kept }),
		...(good === undefined ? {} : { good }),
		history: { losses: losses.slice(0, step), validations },
		seconds: (now() - started) / 1000,
	});
	// Of a sample, what is read from a store along with it.
	const answerBytes = teacher?.summary.answers === undefined ? 0 : 4 * data.classes.length;
	const plan: PlanOptions = {
		totalSteps,
		looks: looksOf(options.epochs),
		bytesPerStep: options.batch * (elementCount(data.sampleShape) + answerBytes),
		stateBytes: stateBytesOf(graph),
	};
	const feed = createFeed({ graph, data, options, seed, stored: teacher?.stored });
	const isDue = cadence(now, checkpointSeconds);
	let stepMs: number | undefined;
	let backTo: number | undefined;
	let since = now();
	for await (const { first, steps, validate: look, chunk } of chunksFrom(
		loader,
		plan,
		found?.history.losses.length ?? 0,
		() => stepMs,
		() => backTo,
	)) {
		const fed = { ...feed(chunk, first, steps, await teacher?.ask(chunk)), ...baseRate() };
		const done = await runChunk(session, graph, state, fed);
		losses.set(done.losses, first);
		const divergence = divergenceIn({ done, first, fed, losses }, graph, job);
		backTo = undefined;
		if (divergence !== undefined) {
			const next = afterDivergence(divergence, job, rollbacks, validations.at(-1)?.step ?? 0);
			if (next instanceof LimbeckError) throw next;
			backTo = next.rollback.to;
			rollbacks.push(next.rollback);
			onEvent?.({ kind: "note", text: next.note });
			if (backTo === 0) {
				validations.length = 0;
				kept = good = undefined;
			}
			state = good ?? begin();
			since = now();
			continue;
		}
		state = done.state;
		const step = first + steps;
		const epoch = (step * options.batch) / epochLength(data.train.count, job.sampling);
		stepMs = (now() - since) / steps;
		const throughput = (options.batch * 1000) / stepMs;
		onEvent?.({ kind: "progress", step, steps: totalSteps, epoch, loss: mean(done.losses), throughput });
		if (look) {
			const checked = await validate(withWeights(model, graph, state));
			validations.push({ step, ...checked });
			onEvent?.({ kind: "validation", step, epoch, ...checked });
			const better = kept === undefined || badnessOf(checked) < badnessOf(kept.figures);
			if (options.keep === "last" || better) kept = { state, step, figures: checked };
			// With `keep: "last"` it is the state that is kept, and takes no memory of its own.
			if (mayGoBack) good = state;
		}
		if (step < totalSteps) {
			if (checkpoints !== undefined) await isDue(stop?.aborted === true, () => checkpoints.save(reached(step)));
			if (stop?.aborted === true) throw stopped(step, checkpoints);
		}
		since = now();
	}
	if (kept === undefined) throw new TypeError("training: expected a look at validation at its end, got none");
	return { kept, history: { losses, validations }, rollbacks, seconds: (now() - started) / 1000 };
}

/** The states that training holds. */
type Standing = Pick<Checkpoint, "state" | "kept" | "good">;

/** A checkpoint's states, if they are of this graph. */
function resumed({ state, kept, good }: Checkpoint, { carried }: TrainingGraph): Standing {
	const wrong = carried.find(({ name, dims }) => state[name]?.dims.join() !== dims.join());
	if (wrong === undefined) {
		return { state, ...(kept === undefined ? {} : { kept }), ...(good === undefined ? {} : { good }) };
	}
	throw new LimbeckError("file", {
		where: `checkpoint: ${wrong.name}`,
		expected: `float[${wrong.dims.join(",")}]`,
		got: state[wrong.name] === undefined ? "none" : `[${state[wrong.name]?.dims.join(",") ?? ""}]`,
		hint: "It is of another training: remove it.",
	});
}

/** Seconds between checkpoints, where saving one takes next to no time. */
const seconds = 30;
/** Times as long as saving takes that training goes on before the next. */
const shareOfSaving = 100;

/** Saves when it is time, or at once where asked: unless told how often, so rarely that it costs a hundredth of the time. */
function cadence(
	now: () => number,
	wanted: number | undefined,
): (atOnce: boolean, save: () => Promise<void>) => Promise<void> {
	let last = now();
	let took = 0;
	return async (atOnce, save) => {
		const begun = now();
		const pause = wanted === undefined ? Math.max(1000 * seconds, shareOfSaving * took) : 1000 * wanted;
		if (!atOnce && begun - last < pause) return;
		await save();
		last = now();
		took = last - begun;
	};
}

function stopped(step: number, checkpoints: Checkpoints | undefined): LimbeckError {
	const hint = checkpoints === undefined ? undefined : "Its state is kept: the same command goes on from here.";
	return interruption(`training, after step ${String(step)}`, hint);
}

/**
 * The calls of a plan with their data; the next is asked for before the last is worked on.
 *
 * @param backTo - after a call: the step to go on from, where that is not the next.
 */
async function* chunksFrom(
	loader: Loader,
	plan: PlanOptions,
	first: number,
	stepMs: () => number | undefined,
	backTo: () => number | undefined,
): AsyncGenerator<PlannedChunk & { readonly chunk: Chunk }> {
	const ask = (planned: PlannedChunk | undefined, spent?: Chunk): Promise<Chunk> | undefined =>
		planned === undefined ? undefined : loader.chunk(planned.first, planned.steps, spent);
	let planned = nextChunk(plan, first, stepMs());
	let coming = ask(planned);
	let last: Chunk | undefined;
	while (planned !== undefined) {
		const chunk = await coming;
		if (chunk === undefined) return;
		const next = nextChunk(plan, planned.first + planned.steps, stepMs());
		coming = ask(next, last);
		last = chunk;
		yield { ...planned, chunk };
		planned = next;
		const back = backTo();
		if (back === undefined) continue;
		planned = nextChunk(plan, back, stepMs());
		coming = ask(planned, await coming);
	}
}

function mean(values: Float32Array): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
