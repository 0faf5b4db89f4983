/** Training that diverges: seen, explained, and what is done then. */
import type { AnyDataSet } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import { temperatureOf } from "../losses/index.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { feeds } from "./batch.js";
import type { Rollback } from "./checkpoint/checkpoint.js";
import type { State } from "./state.js";
import type { TrainingJob } from "./training.js";
import type { TrainingGraph } from "./training-graph.js";

/** Numbers that are not finite, or a loss that explodes. */
export interface Divergence {
	/** Steps taken before that in which it is seen, or before the end of the call where no loss shows it. */
	readonly after: number;
	readonly where: string;
	readonly expected: string;
	readonly got: string;
	/** Where the numbers that training was given are not finite: which. No learning rate mends that. */
	readonly input?: string;
}

/** One native call, as it is looked at. */
export interface Call {
	/** The losses of its steps. */
	readonly own: Float32Array;
	/** The state that it leaves, where it is looked at. */
	readonly state: State | undefined;
	/** Steps taken before it. */
	readonly first: number;
	/** What it was fed besides the carried values. */
	readonly fed: State;
	/** The losses of the run, of all steps before the end of this call at least. */
	readonly losses: Float32Array;
}

/** Losses before one that its size is measured by. */
const spikeWindow = 32;

/** What went wrong in a call, at its first step: not finite losses or weights, or a loss that is a spike. */
export function divergenceIn(
	{ own, state, first, fed, losses }: Call,
	{ carried }: TrainingGraph,
	{ data, options }: Pick<TrainingJob, "data" | "options">,
): Divergence | undefined {
	const { spike } = options.divergence;
	const isBad = (loss: number, index: number): boolean =>
		!Number.isFinite(loss) || (spike !== undefined && isSpike(losses, first + index, spike));
	const bad = own.findIndex(isBad);
	const weight = carried.find(({ name }) => state?.[name]?.type === "float" && !allFinite(state[name].data));
	if (bad === -1 && weight === undefined) return undefined;
	const loss = own[bad];
	const input = badInput(fed, data, bad === -1 ? own.length : bad + 1);
	const cause = input === undefined ? {} : { input: `${input.what} at step ${String(first + input.step + 1)}` };
	if (loss === undefined) {
		const [after, got] = [first + own.length, "NaN or infinity"];
		const where = `${weight?.name ?? "weights"} by step ${String(after)}`;
		return { after, where, expected: "finite numbers", got, ...cause };
	}
	const after = first + bad;
	const most = `a loss of at most ${String(spike)} times the median of those before it`;
	const expected = Number.isFinite(loss) ? most : "finite numbers";
	return { after, where: `loss at step ${String(after + 1)}`, expected, got: String(loss), ...cause };
}

/**
 * Whether a loss explodes: above `factor` times the median of the losses before it. One that is below the first is no
 * explosion: close to zero, losses of batches differ by any factor.
 */
function isSpike(losses: Float32Array, at: number, factor: number): boolean {
	const [loss = 0, beginning = 0] = [losses[at], losses[0]];
	if (at === 0 || loss <= beginning) return false;
	const before = losses.slice(Math.max(0, at - spikeWindow), at).sort();
	const median = before[before.length >> 1] ?? 0;
	return median > 0 && loss > factor * median;
}

function allFinite(values: Float32Array): boolean {
	// A sum is finite only if every term is, and overflows only where the weights are of no use anyway.
	let sum = 0;
	// `reduce` takes ten times as long, a tenth of a second on a million weights with their state; for-of five times.
	// eslint-disable-next-line @typescript-eslint/prefer-for-of -- see above
	for (let i = 0; i < values.length; i++) sum += Math.abs(values[i] ?? 0);
	return Number.isFinite(sum);
}

/** The first of the samples and teacher's logits fed to the first `steps` steps of a call that is not finite. */
function badInput(
	fed: State,
	{ train, sampleShape }: AnyDataSet,
	steps: number,
): { readonly step: number; readonly what: string } | undefined {
	const indices = integers(fed[feeds.indices]);
	const batch = fed[feeds.indices]?.dims[1] ?? 1;
	const frames = train.samples.kind === "windows" ? (sampleShape[0] ?? 1) : 1;
	const inputs = [
		{ what: "training sample", values: fed[feeds.samples], rows: integers(fed[feeds.rows]), span: frames },
		{
			what: "the teacher's answer to training sample",
			values: fed[feeds.teacherLogits],
			rows: integers(fed[feeds.teacherRows]),
			span: 1,
		},
	];
	for (let place = 0; place < steps * batch; place++) {
		for (const { what, values, rows, span } of inputs) {
			const row = rows[place];
			if (row === undefined || values?.type !== "float") continue;
			const size = elementCount(values.dims.slice(1));
			const value = values.data.subarray(row * size, (row + span) * size).find((one) => !Number.isFinite(one));
			if (value === undefined) continue;
			return {
				step: Math.floor(place / batch),
				what: `${what} ${String(indices[place] ?? place)} (counted from 0) holds ${String(value)}`,
			};
		}
	}
	return undefined;
}

function integers(tensor: Tensor | undefined): Int32Array {
	return tensor?.type === "int32" ? tensor.data : new Int32Array();
}

/**
 * The step to go back to, or the error that ends training: where it is to stop, was rolled back as often as it may be,
 * or is given numbers that are not finite.
 *
 * It is the last look at validation: those are at the same steps however the run is cut into calls. Where the last
 * rollback went there too, that state may itself be about to diverge, and training begins again.
 *
 * @param look - the step of the last look at validation; 0 before the first.
 */
export function afterDivergence(
	divergence: Divergence,
	job: TrainingJob,
	rollbacks: readonly Rollback[],
	look: number,
): { readonly rollback: Rollback; readonly note: string } | LimbeckError {
	const { action, tries, factor } = job.options.divergence;
	const { where, expected, got, input, after } = divergence;
	if (action === "stop" || input !== undefined || rollbacks.length >= tries) {
		return new LimbeckError("training", { where, expected, got, hint: hintFor(divergence, job, rollbacks) });
	}
	const to = rollbacks.at(-1)?.to === look ? 0 : look;
	const scale = Number((factor ** (rollbacks.length + 1)).toPrecision(3));
	const note =
		`${where}: expected ${expected}, got ${got}. Training goes back to step ${String(to)}; its learning rate is ` +
		`${String(scale)} times the scheduled one from there on (rollback ${String(rollbacks.length + 1)} of ${String(tries)}). ` +
		likelyCause(job);
	return { rollback: { from: after, to }, note };
}

function hintFor({ after, input }: Divergence, job: TrainingJob, rollbacks: readonly Rollback[]): string {
	if (input !== undefined) return `${input.charAt(0).toUpperCase()}${input.slice(1)}: mend it or leave it out.`;
	const { action } = job.options.divergence;
	if (action === "stop") {
		return `${likelyCause(job)} Or set divergence.action to rollback, and training goes on with a smaller one.`;
	}
	const told = `It was rolled back ${String(rollbacks.length)} times.`;
	const same = rollbacks.every(({ from }) => from === after);
	return same
		? `${told} It came at the same step at every learning rate: look at the samples of that step.`
		: `${told} ${likelyCause(job)}`;
}

function likelyCause({ options: { optimizer, clipNorm }, loss }: TrainingJob): string {
	const rate = `${String(optimizer.learningRate)} with ${optimizer.name}`;
	const clip = clipNorm === undefined ? ", or set clipNorm to 1" : "";
	const temperature = temperatureOf(loss) ?? 1;
	const usual = `The usual cause is a learning rate that is too high for the objective: it is ${rate}.`;
	return optimizer.name === "sgd" && temperature > 1
		? `${usual} The factor T² of soft targets makes gradients as large as the teacher's logits, at T = ${String(temperature)}: lower the rate, or use adam${clip}.`
		: `${usual} Lower it${clip}.`;
}
