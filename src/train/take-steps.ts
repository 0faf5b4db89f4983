/** The steps of a training one after the other: taken, looked at, kept. */
import { epochLength } from "../data/order.js";
import { elementCount } from "../onnx/tensor.js";
import { taskOf } from "../tasks/index.js";
import { feeds } from "./batch.js";
import { createCalls, type LoadedCall } from "./calls.js";
import type { Candidate, History, Rollback } from "./checkpoint/checkpoint.js";
import { type Divergence, divergenceIn } from "./divergence.js";
import { createFeed } from "./feed.js";
import type { OpenTraining } from "./open-training.js";
import { looksOf, type PlanOptions, stateBytesOf } from "./plan.js";
import { goneBack, mayGoBack, type Reached, reachedBy, withValidation } from "./reached.js";
import { saver } from "./saving.js";
import { type HeldState, runChunk, type State, withWeights } from "./state.js";
import type { TrainingContext, TrainingJob } from "./training.js";

/** What the steps leave. */
export interface Taken {
	readonly kept: Candidate;
	readonly history: History;
	readonly rollbacks: readonly Rollback[];
	/** Wall-clock time, that before a stop included. */
	readonly seconds: number;
}

/** Takes all steps, or those that a run before this one left. */
export async function takeSteps(training: OpenTraining, context: TrainingContext): Promise<Taken> {
	const { now, checkpoints, onEvent } = context;
	const found = await checkpoints?.newest();
	let since = now();
	// On the training's clock, from which the time that earlier parts took is taken off.
	const started = since - 1000 * (found?.seconds ?? 0);
	const seconds = (): number => (now() - started) / 1000;
	let at = reachedBy(training, found);
	const before = found?.history.losses ?? [];
	const losses = new Float32Array(training.totalSteps);
	losses.set(before);
	const take = taker(training, context, losses);
	const saveIfDue = saver(training, context, losses, seconds);
	const calls = createCalls(training.loader, planOf(training), before.length);
	let stepMs: number | undefined;
	for (let call = await calls.next(stepMs); call !== undefined; call = await calls.next(stepMs)) {
		const { own, state, divergence, isWhole } = await take(at, call);
		if (divergence === undefined) {
			const step = call.first + own.length;
			stepMs = (now() - since) / own.length;
			report(training, { step, own, stepMs }, context);
			at = { ...at, state };
			if (call.validate && isWhole) at = await looked(training, at, step, context);
			await saveIfDue(at, step);
		} else {
			const back = goneBack(training, at, divergence);
			onEvent?.({ kind: "note", text: back.note });
			at = back.reached;
			calls.goBack(back.to);
		}
		since = now();
	}
	const { kept, validations, rollbacks } = at;
	if (kept === undefined) throw new TypeError("training: expected a look at validation at its end, got none");
	return { kept, history: { losses, validations }, rollbacks, seconds: seconds() };
}

function planOf({ job: { data, options }, graph, totalSteps, teacher }: OpenTraining): PlanOptions {
	// Of a sample, what is read from a store along with it.
	const answerBytes = teacher?.summary.answers === undefined ? 0 : 4 * taskOf(data).answerWidth(data.classes.length);
	return {
		totalSteps,
		looks: looksOf(options.epochs),
		bytesPerStep: options.batch * (elementCount(data.sampleShape) + answerBytes),
		stateBytes: stateBytesOf(graph),
	};
}

/** What a call has come to. */
interface Done {
	/** The losses of the steps that were taken. */
	readonly own: Float32Array;
	readonly state: HeldState;
	/** Whether all steps were taken: a stop leaves some. */
	readonly isWhole: boolean;
	readonly divergence: Divergence | undefined;
}

/** What takes the steps of a call. @param losses - receives theirs. */
function taker(
	{ job, graph, session, memory, teacher }: OpenTraining,
	{ stop }: TrainingContext,
	losses: Float32Array,
): (at: Reached, call: LoadedCall) => Promise<Done> {
	const { data, options, seed, scale } = job;
	const feed = createFeed({ graph, data, options, seed, scale, stored: teacher?.stored });
	const placed = memory.placing(feed.shared);
	const { spare } = memory;
	return async (at, { first, steps, validate, chunk }) => {
		const fed = { ...feed.ofCall(chunk, first, steps, await teacher?.ask(chunk)), ...baseRate(job, at) };
		const into = spare && ((state: HeldState) => spare(state, [at.kept?.state, at.good]));
		const { state, losses: own } = await runChunk(session, graph, at.state, fed, { into, placed, stop });
		losses.set(own, first);
		const isWhole = own.length === steps;
		// Elsewhere a weight that is not finite shows in the next loss.
		const seen = (validate && isWhole) || memory.readsFreely ? memory.read(state) : undefined;
		return { own, state, isWhole, divergence: divergenceIn({ own, state: seen, first, fed, losses }, graph, job) };
	};
}

/** The base learning rate, for graphs that are fed it: smaller after every rollback. */
function baseRate(job: TrainingJob, { rollbacks }: Reached): State {
	if (!mayGoBack(job)) return {};
	const { optimizer, divergence } = job.options;
	const rate = Float32Array.of(optimizer.learningRate * divergence.factor ** rollbacks.length);
	return { [feeds.baseRate]: { type: "float", dims: [], data: rate } };
}

function epochAt(step: number, { options, data, sampling }: TrainingJob): number {
	return (step * options.batch) / epochLength(data.train.count, sampling);
}

/** Tells of a call that is done. */
function report(
	{ job, totalSteps }: OpenTraining,
	{ step, own, stepMs }: { readonly step: number; readonly own: Float32Array; readonly stepMs: number },
	{ onEvent }: TrainingContext,
): void {
	const [epoch, throughput] = [epochAt(step, job), (job.options.batch * 1000) / stepMs];
	onEvent?.({ kind: "progress", step, steps: totalSteps, epoch, loss: mean(own), throughput });
}

/** Looks at the validation split. */
async function looked(
	training: OpenTraining,
	at: Reached,
	step: number,
	{ onEvent }: TrainingContext,
): Promise<Reached> {
	const { job, memory, validate } = training;
	const state = memory.read(at.state);
	const figures = await validate(withWeights(job.model, state));
	onEvent?.({ kind: "validation", step, epoch: epochAt(step, job), ...figures });
	return withValidation(at, { step, figures, state }, training);
}

function mean(values: Float32Array): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
