/**
 * The training step as an ONNX graph: forward, loss, gradients, optimizer and schedule are the body of one `Loop`
 * whose carried values are the parameters and the optimizer's state. One native call runs a chunk of steps.
 */
import { gradients } from "../autodiff/gradients.js";
import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Value, ValueType } from "../graph/value.js";
import { type LossOptions, lossOf } from "../losses/index.js";
import type { LossInputs } from "../losses/loss.js";
import { applyModel } from "../models/apply.js";
import { modelOf } from "../models/family.js";
import type { OnnxModel, OnnxValueInfo } from "../onnx/model.js";
import type { TensorOf } from "../onnx/tensor.js";
import { cast, createGraph } from "../ops/index.js";
import { clipByGlobalNorm, limitUnitNorms } from "../optim/constraints.js";
import { type OptimizerOptions, optimizerOf } from "../optim/optimizers.js";
import { type ScheduleOptions, scheduledRate } from "../optim/schedules.js";
import { createMasks, type MaskInput } from "./masks.js";

/** Mean and standard deviation of pixel / 255, which inputs are normalised with. */
export interface Normalization {
	readonly mean: number;
	readonly std: number;
}

/** All that shapes a training step. */
export interface StepOptions {
	readonly batch: number;
	readonly loss: LossOptions;
	readonly optimizer: OptimizerOptions;
	readonly schedule: ScheduleOptions;
	readonly momentumSchedule: ScheduleOptions;
	readonly warmupSteps: number;
	readonly totalSteps: number;
	/** Limit of the gradients' joint norm; none where absent. */
	readonly clipNorm?: number;
	/** Limit of the norm of each unit's incoming weights; none where absent. */
	readonly maxNorm?: number;
}

/** What the graph is made for. */
export interface TrainingGraphOptions extends StepOptions {
	readonly model: OnnxModel;
	readonly imageShape: readonly [number, number, number];
	readonly classes: number;
	readonly normalization: Normalization;
	/** Where the teacher's logits come from: a model that sees the same view, or stored values that are fed. */
	readonly teacher?: OnnxModel | "stored";
}

/** A value that one step hands to the next: a parameter, or a piece of optimizer state. */
export interface Carried extends ValueType {
	/** The name of its input; its output is `next/` and this. */
	readonly name: string;
	/** The parameter's name in the model; absent for optimizer state. */
	readonly parameter?: string;
}

/** A training graph and what to feed it. Inputs other than the carried values: see {@link feeds}. */
export interface TrainingGraph {
	readonly model: OnnxModel;
	readonly carried: readonly Carried[];
	readonly masks: readonly MaskInput[];
}

/** Names of the inputs and outputs. S stands for the steps of one call, B for the batch. */
export const feeds = {
	/** int64 `[]`: how many steps to take, S. */
	steps: "steps",
	/** float `[]`: steps done before this call. */
	firstStep: "first_step",
	/** uint8 `[S, B, channels, height, width]`. */
	images: "images",
	/** int32 `[S, B]`. */
	labels: "labels",
	/** float `[S, B, classes]`; only with a stored teacher. */
	teacherLogits: "teacher_logits",
	/** Output, float `[S]`: the loss of every step, before its update. */
	losses: "losses",
} as const;

/** The parameters that training changes: the float initialisers that are not scalars. */
export function trainableOf(
	model: OnnxModel,
): readonly { readonly name: string; readonly tensor: TensorOf<"float"> }[] {
	return model.graph.initializers.flatMap(({ name, tensor }) =>
		tensor.type === "float" && tensor.dims.length > 0 ? [{ name, tensor }] : [],
	);
}

/**
 * Builds the training graph of a model.
 *
 * @throws LimbeckError (`model`) where the model cannot be trained through, (`usage`) where the objective needs a
 * teacher and there is none.
 */
export function buildTrainingGraph(options: TrainingGraphOptions): TrainingGraph {
	const { batch, imageShape, classes, teacher } = options;
	const g = createGraph();
	const steps = g.input(feeds.steps, { type: "int64", dims: [] });
	const first = g.input(feeds.firstStep, { type: "float", dims: [] });
	const images = g.input(feeds.images, { type: "uint8", dims: [1, batch, ...imageShape] });
	const labels = g.input(feeds.labels, { type: "int32", dims: [1, batch] });
	const stored =
		teacher === "stored" ? g.input(feeds.teacherLogits, { type: "float", dims: [1, batch, classes] }) : undefined;
	const carried = carriedOf(options);
	const initial = carried.map((one) => g.input(one.name, one));

	const body = g.body();
	const iteration = body.input("iteration", { type: "int64", dims: [] });
	const condition = body.input("condition", { type: "bool", dims: [] });
	const current = carried.map((one) => body.input(`body/${one.name}`, one));
	const masks = createMasks(g, body, iteration);
	const at = (all: Value): Value => body.op("Gather", [all, iteration]);
	const step = body.op("Add", [body.op("Cast", [iteration], { to: { kind: "int", value: 1 } }), first]);
	const view = normalize(body, at(images), options.normalization);

	const byName = new Map(carried.map(({ name }, index) => [name, current[index]] as const));
	const value = (name: string): Value => required(byName.get(name), name);
	const parameters = trainableOf(options.model).map(({ name }) => ({ name, value: value(parameterInput(name)) }));
	const student = applyModel(body, options.model, {
		input: view,
		parameters: new Map(parameters.map(({ name, value: current }) => [name, current])),
		training: { dropoutMask: masks.mask },
	});
	const teacherLogits = stored === undefined ? liveTeacher(body, teacher, view) : at(stored);
	const loss = buildLoss(body, options.loss, {
		student,
		labels: cast(body, at(labels), "int64"),
		...(teacherLogits === undefined ? {} : { teacher: teacherLogits }),
	});
	const next = update(body, options, loss, step, parameters, value);

	const bodyGraph = body.toOnnx("step", [
		["condition_out", condition],
		// Under their own names: an output that is also used inside would be copied to take another.
		...[...carried.map(({ name }) => required(next.get(name), name)), loss].map(
			(output) => [output.name, output] as const,
		),
	]);
	const always = g.constant({ type: "bool", dims: [], data: Uint8Array.of(1) });
	const outputs = g.add(
		"Loop",
		"",
		[steps, always, ...initial],
		[...carried, { type: "float", dims: [1] }],
		{ body: { kind: "graph", value: bodyGraph } },
		"loop",
	);
	const names = [...carried.map(({ name }) => `next/${name}`), feeds.losses];
	const graph = g.toOnnx(
		"training",
		names.map((name, index) => [name, required(outputs[index], name)] as const),
	);
	const perStep = new Set<string>([feeds.images, feeds.labels, feeds.teacherLogits, feeds.losses]);
	for (const mask of masks.inputs()) perStep.add(mask.name);
	// Built for one step a call, run with any number: no node but the loop sees that dimension.
	const anySteps = (info: OnnxValueInfo): OnnxValueInfo =>
		perStep.has(info.name) ? { ...info, dims: ["steps", ...(info.dims?.slice(1) ?? [])] } : info;
	const model = modelOf({ ...graph, inputs: graph.inputs.map(anySteps), outputs: graph.outputs.map(anySteps) });
	return { model, carried, masks: masks.inputs() };
}

const parameterInput = (name: string): string => `parameter/${name}`;
const stateInput = (state: string, name: string): string => `${state}/${name}`;

/** The parameters, then the optimizer's state for each. */
function carriedOf({ model, optimizer }: TrainingGraphOptions): readonly Carried[] {
	const trainable = trainableOf(model);
	const { state } = optimizerOf(optimizer);
	return [
		...trainable.map(
			({ name, tensor }): Carried => ({
				name: parameterInput(name),
				parameter: name,
				type: "float",
				dims: tensor.dims,
			}),
		),
		...state.flatMap((kind) =>
			trainable.map(
				({ name, tensor }): Carried => ({ name: stateInput(kind, name), type: "float", dims: tensor.dims }),
			),
		),
	];
}

/** (pixel / 255 − mean) / std, as float. */
function normalize(g: Graph, pixels: Value, { mean, std }: Normalization): Value {
	const scaled = g.op("Mul", [cast(g, pixels, "float"), g.scalar(1 / (255 * std))]);
	return mean === 0 ? scaled : g.op("Sub", [scaled, g.scalar(mean / std)]);
}

function liveTeacher(g: Graph, teacher: OnnxModel | "stored" | undefined, input: Value): Value | undefined {
	if (teacher === undefined || teacher === "stored") return undefined;
	return applyModel(g, teacher, { input, prefix: "teacher/" });
}

function buildLoss(g: Graph, options: LossOptions, inputs: Partial<LossInputs>): Value {
	const loss = lossOf(options);
	const missing = loss.needs.find((need) => inputs[need] === undefined);
	if (missing !== undefined) {
		throw new LimbeckError("usage", { where: `objective ${options.name}`, expected: `a ${missing}`, got: "none" });
	}
	// What the objective needs is there: just checked.
	return loss.build(g, inputs as LossInputs, options);
}

/** The carried values after the step, by name. */
function update(
	g: Graph,
	options: TrainingGraphOptions,
	loss: Value,
	step: Value,
	parameters: readonly { readonly name: string; readonly value: Value }[],
	valueOf: (name: string) => Value,
): ReadonlyMap<string, Value> {
	const { optimizer, clipNorm, maxNorm, totalSteps, warmupSteps } = options;
	const entry = optimizerOf(optimizer);
	const progress = { step, totalSteps, warmupSteps };
	const learningRate = scheduledRate(g, optimizer.learningRate, options.schedule, progress);
	const momentum = scheduledRate(g, optimizer.momentum, options.momentumSchedule, { ...progress, warmupSteps: 0 });
	const count = g.op("Add", [step, g.scalar(1)]);
	const raw = gradients(
		g,
		loss,
		parameters.map((parameter) => parameter.value),
	);
	const clipped = clipNorm === undefined ? raw : clipByGlobalNorm(g, raw, clipNorm);
	const next = new Map<string, Value>();
	for (const [index, { name, value }] of parameters.entries()) {
		const gradient = required(clipped[index], name);
		const state = Object.fromEntries(entry.state.map((kind) => [kind, valueOf(stateInput(kind, name))]));
		const matrix = value.dims.length >= 2;
		const decayed = matrix ? optimizer : { ...optimizer, weightDecay: 0 };
		const updated = entry.update(
			g,
			{ parameter: value, gradient, state, learningRate, momentum, step: count },
			decayed,
		);
		const limited =
			maxNorm === undefined || !matrix ? updated.parameter : limitUnitNorms(g, updated.parameter, maxNorm);
		next.set(parameterInput(name), limited);
		for (const [kind, after] of Object.entries(updated.state)) next.set(stateInput(kind, name), after);
	}
	return next;
}

function required<T>(value: T | undefined, name: string): T {
	if (value !== undefined) return value;
	throw new LimbeckError("model", { where: "training graph", expected: `a value for ${name}`, got: "none" });
}
