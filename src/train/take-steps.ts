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
import { afterDivergence, type Divergence, divergenceIn } from "./divergence.js";
import { createFeed } from "./feed.js";
import { badnessOf, type ValidationFigures } from "./labels.js";
import { looksOf, nextChunk, type PlannedChunk, type PlanOptions, stateBytesOf } from "./plan.js";
import { type HeldState, initialState, runChunk, type State, withWeights } from "./state.js";
import type { StateMemory } from "./state-memory.js";
import type { OpenTeacher } from "./teacher.js";
import type { TrainingContext, TrainingJob } from "./training.js";
import type { TrainingGraph } from "./training-graph.js";

/** All that a run is made of, ready to go. */
export interface Run {
	readonly job: TrainingJob;
	readonly graph: TrainingGraph;
	readonly session: Session;
	readonly memory: StateMemory;
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

/** Where a training is: what changes from call to call. */
interface Standing extends Omit<History, "validations"> {
	state: HeldState;
	kept: Candidate | undefined;
	good: State | undefined;
	readonly validations: Validation[];
	readonly rollbacks: Rollback[];
	/** On the training's clock, from which the time that earlier parts took is taken off. */
	readonly started: number;
	/** When the last call began. */
	since: number;
	/** How long a step takes, as far as is known. */
	stepMs: number | undefined;
	/** After a divergence: the step that is gone back to. */
	backTo: number | undefined;
}

/** Takes all steps, or those that a run before this one left. */
export async function takeSteps(run: Run, context: TrainingContext): Promise<Taken> {
	const { job, graph, session, memory, loader, teacher } = run;
	const { now, checkpoints, checkpointSeconds, stop } = context;
	const found = await checkpoints?.newest();
	const at = standing(run, found, now());
	const feed = createFeed({
		graph,
		data: job.data,
		options: job.options,
		seed: job.seed,
		stored: teacher?.stored,
	});
	const isDue = cadence(now, checkpointSeconds);
	const placed = memory.placing(feed.shared);
	const left = found?.history.losses.length ?? 0;
	for await (const { first, steps, validate, chunk } of chunksFrom(loader, planOf(run), left, at)) {
		const fed = { ...feed.ofCall(chunk, first, steps, await teacher?.ask(chunk)), ...baseRate(job, at) };
		const { spare } = memory;
		const into = spare && ((state: HeldState) => spare(state, [at.kept?.state, at.good]));
		const done = await runChunk(session, graph, at.state, fed, { into, placed, stop });
		const taken = done.losses.length;
		at.losses.set(done.losses, first);
		const looks = validate && taken === steps;
		// Elsewhere a weight that is not finite shows in the next loss.
		const state = looks || memory.readsFreely ? memory.read(done.state) : undefined;
		const divergence = divergenceIn({ own: done.losses, state, first, fed, losses: at.losses }, graph, job);
		at.backTo = undefined;
		if (divergence === undefined) {
			at.state = done.state;
			at.stepMs = (now() - at.since) / taken;
			await look(run, at, first + taken, { losses: done.losses, validate: looks }, context);
			await keep(run, at, first + taken, isDue, context);
		} else goBack(run, at, divergence, context);
		at.since = now();
	}
	const { kept, losses, validations, rollbacks } = at;
	if (kept === undefined) throw new TypeError("training: expected a look at validation at its end, got none");
	return { kept, history: { losses, validations }, rollbacks, seconds: (now() - at.started) / 1000 };
}

/** The beginning, or what a checkpoint holds. */
function standing({ graph, job, memory, totalSteps }: Run, found: Checkpoint | undefined, now: number): Standing {
	const losses = new Float32Array(totalSteps);
	losses.set(found?.history.losses ?? []);
	const first =
		found === undefined ? { state: beginning(graph, job), kept: undefined, good: undefined } : resumed(found, graph);
	return {
		...first,
		state: memory.put(first.state),
		losses,
		validations: [...(found?.history.validations ?? [])],
		rollbacks: [...(found?.rollbacks ?? [])],
		started: now - 1000 * (found?.seconds ?? 0),
		since: now,
		stepMs: undefined,
		backTo: undefined,
	};
}

function beginning(graph: TrainingGraph, { model, seed }: TrainingJob): State {
	return initialState(graph, model, seed);
}

/** A checkpoint's states, if they are of this graph. */
function resumed(
	{ state, kept, good }: Checkpoint,
	{ carried }: TrainingGraph,
): Pick<Standing, "kept" | "good"> & { readonly state: State } {
	const wrong = carried.find(({ name, dims }) => state[name]?.dims.join() !== dims.join());
	if (wrong === undefined) return { state, kept, good };
	throw new LimbeckError("file", {
		where: `checkpoint: ${wrong.name}`,
		expected: `float[${wrong.dims.join(",")}]`,
		got: state[wrong.name] === undefined ? "none" : `[${state[wrong.name]?.dims.join(",") ?? ""}]`,
		hint: "It is of another training: remove it.",
	});
}

function planOf({ job: { data, options }, graph, totalSteps, teacher }: Run): PlanOptions {
	// Of a sample, what is read from a store along with it.
	const answerBytes = teacher?.summary.answers === undefined ? 0 : 4 * data.classes.length;
	return {
		totalSteps,
		looks: looksOf(options.epochs),
		bytesPerStep: options.batch * (elementCount(data.sampleShape) + answerBytes),
		stateBytes: stateBytesOf(graph),
	};
}

const mayGoBack = ({ options }: TrainingJob): boolean => options.divergence.action === "rollback";

/** The base learning rate, for graphs that are fed it: smaller after every rollback. */
function baseRate(job: TrainingJob, { rollbacks }: Standing): State {
	if (!mayGoBack(job)) return {};
	const { optimizer, divergence } = job.options;
	const rate = Float32Array.of(optimizer.learningRate * divergence.factor ** rollbacks.length);
	return { [feeds.baseRate]: { type: "float", dims: [], data: rate } };
}

/**
 * Goes back to the last look at validation, or to the start.
 *
 * @throws LimbeckError (`training`) where training ends instead.
 */
function goBack({ job, graph, memory }: Run, at: Standing, divergence: Divergence, { onEvent }: TrainingContext): void {
	const next = afterDivergence(divergence, job, at.rollbacks, at.validations.at(-1)?.step ?? 0);
	if (next instanceof LimbeckError) throw next;
	at.backTo = next.rollback.to;
	at.rollbacks.push(next.rollback);
	onEvent?.({ kind: "note", text: next.note });
	if (at.backTo === 0) {
		at.validations.length = 0;
		at.kept = at.good = undefined;
	}
	at.state = memory.put(at.good ?? beginning(graph, job));
}

/** Tells of a call that is done, and looks at the validation split where that was planned. */
async function look(
	{ job: { model, data, options }, job, memory, totalSteps, validate }: Run,
	at: Standing,
	step: number,
	call: { readonly losses: Float32Array; readonly validate: boolean },
	{ onEvent }: TrainingContext,
): Promise<void> {
	const epoch = (step * options.batch) / epochLength(data.train.count, job.sampling);
	const throughput = (options.batch * 1000) / (at.stepMs ?? Number.POSITIVE_INFINITY);
	onEvent?.({ kind: "progress", step, steps: totalSteps, epoch, loss: mean(call.losses), throughput });
	if (!call.validate) return;
	const state = memory.read(at.state);
	const { kept } = at;
	const checked = await validate(withWeights(model, state));
	at.validations.push({ step, ...checked });
	onEvent?.({ kind: "validation", step, epoch, ...checked });
	const better = kept === undefined || badnessOf(checked) < badnessOf(kept.figures);
	// No memory is held for weights that later ones replace in any case.
	if (options.keep === "last" ? step === totalSteps : better) at.kept = { state, step, figures: checked };
	// With `keep: "last"` it is the state that is kept, and takes no memory of its own.
	if (mayGoBack(job)) at.good = state;
}

/**
 * Saves a checkpoint where it is time.
 *
 * @throws LimbeckError (`interrupted`) where training is told to stop; it is saved first.
 */
async function keep(
	{ memory, totalSteps }: Run,
	at: Standing,
	step: number,
	isDue: Cadence,
	{ now, checkpoints, stop }: TrainingContext,
): Promise<void> {
	if (step >= totalSteps) return;
	if (checkpoints !== undefined) {
		await isDue(stop?.aborted === true, () => checkpoints.save(reached(at, memory.read(at.state), step, now())));
	}
	if (stop?.aborted === true) throw stopped(step, checkpoints);
}

/** A training after so many steps. */
function reached(at: Standing, state: State, step: number, now: number): Checkpoint {
	const { kept, good, losses, validations, rollbacks, started } = at;
	return {
		step: step + stepsLost(rollbacks),
		rollbacks: [...rollbacks],
		state,
		...(kept === undefined ? {} : { kept }),
		...(good === undefined ? {} : { good }),
		history: { losses: losses.slice(0, step), validations: [...validations] },
		seconds: (now - started) / 1000,
	};
}

/** Seconds between checkpoints, where saving one takes next to no time. */
const seconds = 30;
/** Times as long as saving takes that training goes on before the next. */
const shareOfSaving = 100;

/** Saves when it is time, or at once where asked. */
type Cadence = (atOnce: boolean, save: () => Promise<void>) => Promise<void>;

/** Unless told how often, so rarely that it costs a hundredth of the time. */
function cadence(now: () => number, wanted: number | undefined): Cadence {
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

/** The calls of a plan with their data; the next is asked for before the last is worked on. */
async function* chunksFrom(
	loader: Loader,
	plan: PlanOptions,
	first: number,
	at: Pick<Standing, "stepMs" | "backTo">,
): AsyncGenerator<PlannedChunk & { readonly chunk: Chunk }> {
	const ask = (planned: PlannedChunk | undefined, spent?: Chunk): Promise<Chunk> | undefined =>
		planned === undefined ? undefined : loader.chunk(planned.first, planned.steps, spent);
	let planned = nextChunk(plan, first, at.stepMs);
	let coming = ask(planned);
	let last: Chunk | undefined;
	while (planned !== undefined) {
		const chunk = await coming;
		if (chunk === undefined) return;
		const next = nextChunk(plan, planned.first + planned.steps, at.stepMs);
		coming = ask(next, last);
		last = chunk;
		yield { ...planned, chunk };
		planned = next;
		if (at.backTo === undefined) continue;
		planned = nextChunk(plan, at.backTo, at.stepMs);
		coming = ask(planned, await coming);
	}
}

function mean(values: Float32Array): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
