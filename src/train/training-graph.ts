/**
 * The training step as an ONNX graph: forward, loss, gradients, optimizer and schedule are the body of one `Loop`
 * whose carried values are the parameters and the optimizer's state. One native call runs a chunk of steps.
 */
import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { type LossOptions, lossOf } from "../losses/index.js";
import type { LossInputs } from "../losses/loss.js";
import { applyModel } from "../models/apply.js";
import { modelOf } from "../models/family.js";
import type { OnnxModel, OnnxValueInfo } from "../onnx/model.js";
import { cast, createGraph } from "../ops/index.js";
import { createMasks, type MaskInput } from "./masks.js";
import { addUpdate, type Carried, carriedOf, parameterInput, trainableOf, type UpdateOptions } from "./update.js";

/** Mean and standard deviation of pixel / 255, which inputs are normalised with. */
export interface Normalization {
	readonly mean: number;
	readonly std: number;
}

/** All that shapes a training step. */
export interface StepOptions extends UpdateOptions {
	readonly batch: number;
	readonly loss: LossOptions;
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

/** A training graph and what to feed it. Inputs other than the carried values: see `feeds`. */
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
	const carried = carriedOf(options.model, options);
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
	const next = addUpdate(body, options, loss, step, parameters, value);

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

function required<T>(value: T | undefined, name: string): T {
	if (value !== undefined) return value;
	throw new LimbeckError("model", { where: "training graph", expected: `a value for ${name}`, got: "none" });
}
