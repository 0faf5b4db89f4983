/** The batches of a call inside the training graph: samples, labels and stored logits are gathered by their rows. */
import type { SampleShape, Samples } from "../data/data-set.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { cast } from "../ops/index.js";
import { taskOf } from "../tasks/index.js";
import type { LabelInput, Task } from "../tasks/task.js";

/** Names of the inputs and outputs. S stands for the steps of one call, B for the batch. */
export const feeds = {
	/** int64 `[]`: how many steps to take, S. */
	steps: "steps",
	/** float `[]`: steps done before this call. */
	firstStep: "first_step",
	/**
	 * uint8 or float `[R, …sampleShape]`: the samples that this call can see, R of any number; of windows their frames,
	 * `[R, …sampleShape.slice(1)]`.
	 */
	samples: "samples",
	/** int32 `[S, B]`: the rows of `samples` that make up every batch; of windows the first row of each. */
	rows: "rows",
	/** int32 `[S, B]`: the rows of `labels` that go with them. */
	indices: "indices",
	/** `[N, …]` as the task has them, of classes int32 `[N]`: the labels of all N samples. */
	labels: "labels",
	/** float `[M, answerWidth]`: answers of a teacher outside the graph, logits of classes; only with one. */
	teacherLogits: "teacher_logits",
	/** int32 `[S, B]`: the rows of `teacherLogits` that go with the batches; only with them. */
	teacherRows: "teacher_rows",
	/** float `[S]`: the share of a sample itself in what is trained on; only where batches are mixed. */
	mixtureShares: "mixture_shares",
	/** int32 `[S, B]`: the place in the batch of the sample that gets the rest; only where batches are mixed. */
	mixturePartners: "mixture_partners",
	/** float `[]`: the base learning rate; only where that may change in a run. */
	baseRate: "base_rate",
	/** Output, float `[S]`: the loss of every step, before its update. */
	losses: "losses",
} as const;

/** The first dimension of what has a row for every step of a call. */
export const stepsDimension = "steps";

/** The first dimension of what can have any number of rows. */
export const freeDimensions: ReadonlyMap<string, string> = new Map([
	[feeds.samples, "rows"],
	[feeds.rows, stepsDimension],
	[feeds.indices, stepsDimension],
	[feeds.labels, "samples"],
	[feeds.teacherLogits, "answers"],
	[feeds.teacherRows, stepsDimension],
	[feeds.mixtureShares, stepsDimension],
	[feeds.mixturePartners, stepsDimension],
	[feeds.losses, stepsDimension],
]);

/** What a batch is like. */
export interface BatchShape {
	readonly batch: number;
	readonly sampleShape: SampleShape;
	/** How samples are stored: bytes, or floats that are normalised as they are; bytes where absent. */
	readonly sampleType?: Samples["type"];
	/** Whether samples are windows over frames. */
	readonly windows?: boolean;
	readonly classes: number;
	/** Classification where absent. */
	readonly task?: Task;
	/** Whether batches are mixed with themselves (mixup). */
	readonly mixes?: boolean;
	/** "stored" where the teacher's logits are fed. */
	readonly teacher?: unknown;
}

/** The inputs that batches are made of. */
export interface BatchInputs {
	readonly samples: Value;
	/** Rows that make up a sample, where it is a window. */
	readonly window: number | undefined;
	readonly rows: Value;
	readonly indices: Value;
	readonly labels: Value;
	/** What a batch of them becomes. */
	readonly labelType: LabelInput["as"];
	readonly stored: { readonly logits: Value; readonly rows: Value } | undefined;
	readonly mixture: { readonly shares: Value; readonly partners: Value } | undefined;
}

/** Declares the inputs, for one step and one sample. */
export function addBatchInputs(g: Graph, options: BatchShape): BatchInputs {
	const {
		batch,
		sampleShape,
		sampleType = "uint8",
		windows = false,
		classes,
		task = taskOf({}),
		teacher,
		mixes = false,
	} = options;
	const { type, dims, as: labelType } = task.labelInput(classes);
	return {
		samples: g.input(feeds.samples, { type: sampleType, dims: windows ? sampleShape : [1, ...sampleShape] }),
		window: windows ? sampleShape[0] : undefined,
		rows: g.input(feeds.rows, { type: "int32", dims: [1, batch] }),
		indices: g.input(feeds.indices, { type: "int32", dims: [1, batch] }),
		labels: g.input(feeds.labels, { type, dims: [1, ...dims] }),
		labelType,
		stored:
			teacher === "stored"
				? {
						logits: g.input(feeds.teacherLogits, { type: "float", dims: [1, task.answerWidth(classes)] }),
						rows: g.input(feeds.teacherRows, { type: "int32", dims: [1, batch] }),
					}
				: undefined,
		mixture: mixes
			? {
					shares: g.input(feeds.mixtureShares, { type: "float", dims: [1] }),
					partners: g.input(feeds.mixturePartners, { type: "int32", dims: [1, batch] }),
				}
			: undefined,
	};
}

/** One batch. */
export interface Batch {
	/**
	 * What a network sees, `[batch, …]`: the same view of the samples for all, in the form that each wants.
	 *
	 * @param prepare - makes a network's input of samples as they are stored; it must be affine where batches are mixed.
	 */
	readonly view: (prepare: (samples: Value) => Value) => Value;
	/** The teacher's logits `[batch, classes]`, where they are fed. */
	readonly stored: Value | undefined;
	/** Labels as the objective takes them, of classes int64 `[batch]`, each with the share of the loss that it has; all of it where absent. */
	readonly labelled: readonly { readonly labels: Value; readonly share?: Value }[];
}

/** The rows of a batch's samples: `[batch]`, or `[batch, window]` from the first row of each on. */
function rowsOf(body: Graph, rows: Value, window: number | undefined): Value {
	if (window === undefined) return rows;
	const within = body.constant({
		type: "int32",
		dims: [window],
		data: Int32Array.from({ length: window }, (_, i) => i),
	});
	return body.op("Add", [body.op("Unsqueeze", [rows, body.integers([1])]), within]);
}

/**
 * The batch of one step.
 *
 * @param index - the step's place among those of this call, int64 `[]`.
 */
export function batchAt(body: Graph, inputs: BatchInputs, index: Value): Batch {
	const gather = (all: Value, rows: Value): Value => body.op("Gather", [all, rows]);
	const indices = gather(inputs.indices, index);
	const samples = gather(inputs.samples, rowsOf(body, gather(inputs.rows, index), inputs.window));
	const labels = cast(body, gather(inputs.labels, indices), inputs.labelType);
	const stored = inputs.stored && gather(inputs.stored.logits, gather(inputs.stored.rows, index));
	if (inputs.mixture === undefined) return { view: (prepare) => prepare(samples), stored, labelled: [{ labels }] };
	// λ x + (1 − λ) x′, and the same of the losses.
	const share = gather(inputs.mixture.shares, index);
	const rest = body.op("Sub", [body.scalar(1), share]);
	const partners = gather(inputs.mixture.partners, index);
	const mixed = (view: Value): Value =>
		body.op("Add", [body.op("Mul", [view, share]), body.op("Mul", [gather(view, partners), rest])]);
	return {
		view: (prepare) => mixed(prepare(samples)),
		stored,
		labelled: [
			{ labels, share },
			{ labels: gather(labels, partners), share: rest },
		],
	};
}
