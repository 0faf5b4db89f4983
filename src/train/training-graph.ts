/**
 * The training step as an ONNX graph: forward, loss, gradients, optimizer and schedule. It is either the body of a
 * `Loop` whose carried values are the parameters and the optimizer's state, so that one native call takes many steps,
 * or the graph itself, so that each call takes one.
 */
import type { Normalization } from "../data/data-set.js";
import { mixupOf } from "../data/transforms/index.js";
import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import type { LossOptions } from "../losses/index.js";
import { type PlacedModel, placeModel, placeWeights } from "../models/apply.js";
import { modelOf } from "../models/family.js";
import { averagesOf, selectTrainable } from "../models/trainable.js";
import type { OnnxModel, OnnxValueInfo } from "../onnx/model.js";
import { cast, createGraph } from "../ops/index.js";
import type { Target } from "../ops/operator.js";
import { taskOf } from "../tasks/index.js";
import type { StudentForm } from "../tasks/task.js";
import {
	addBatchInputs,
	type BatchInputs,
	type BatchShape,
	batchAt,
	feeds,
	freeDimensions,
	stepsDimension,
} from "./batch.js";
import { type GraphTeacher, placeTeacher, placeTeacherWeights } from "./graph-teacher.js";
import { createMasks, type MaskInput, type Masks } from "./masks.js";
import { addObjective, objectiveParameters } from "./objective.js";
import { type Preprocessing, preprocess } from "./preprocess.js";
import { storedPreprocessing } from "./stored-preprocessing.js";
import {
	addUpdate,
	type Carried,
	carriedOf,
	objectiveParameter,
	parameterInput,
	type UpdateOptions,
} from "./update.js";

/** What the graph is made for. Where training may go back, the base learning rate is an input, `feeds.baseRate`. */
export interface TrainingGraphOptions extends UpdateOptions, Omit<BatchShape, "batch" | "mixes" | "teacher"> {
	readonly model: OnnxModel;
	readonly loss: LossOptions;
	readonly normalization: Normalization;
	/** How the student's answers reach the objective; as they are where absent. */
	readonly form?: StudentForm;
	/** What was subtracted from the elements of each channel of the samples; absent where nothing was. */
	readonly offsets?: readonly number[] | undefined;
	/** Where the teacher's logits come from: models that see the same view, or stored values that are fed. */
	readonly teacher?: GraphTeacher | "stored";
	/** The machine that the graph is for; any where absent. */
	readonly target?: Target;
	/** Whether there is no loop: a call takes one step. Any number where absent. */
	readonly stepByStep?: boolean;
	/**
	 * Steps in one turn of the loop, 1 where absent. Between them weights and optimizer state are updated in place; what
	 * a turn hands to the next takes new memory.
	 */
	readonly stepsATurn?: number;
}

export { feeds };

/** A training graph and what to feed it. Inputs other than the carried values: see `feeds`. */
export interface TrainingGraph {
	readonly model: OnnxModel;
	readonly carried: readonly Carried[];
	readonly masks: readonly MaskInput[];
	/** The outputs that are the carried values after the steps, by the names of their inputs. */
	readonly after: ReadonlyMap<string, string>;
	/** Whether a call takes one step, the first that it is fed. */
	readonly stepByStep: boolean;
}

/**
 * Builds the training graph of a model: one step, or a loop with several steps a turn where asked, and one with a step
 * a turn for the rest.
 *
 * @throws LimbeckError (`model`) where the model cannot be trained through, (`usage`) where the objective needs a
 * teacher and there is none.
 */
export function buildTrainingGraph(options: TrainingGraphOptions): TrainingGraph {
	const { model: student, settings } = options;
	const teacher = options.teacher === "stored" ? undefined : options.teacher;
	const own = objectiveParameters(options.loss, () => placedForShapes(options, teacher));
	const g = createGraph(options.target);
	const { stepByStep = false } = options;
	const steps = stepByStep ? undefined : g.input(feeds.steps, { type: "int64", dims: [] });
	const outer: Outer = {
		options,
		first: g.input(feeds.firstStep, { type: "float", dims: [] }),
		baseRate:
			settings.divergence.action === "rollback" ? g.input(feeds.baseRate, { type: "float", dims: [] }) : undefined,
		batch: addBatchInputs(g, { ...options, batch: settings.batch, mixes: mixupOf(settings) !== undefined }),
		constants: placeWeights(g, student, "student/"),
		teacher: teacher && { ...teacher, weights: placeTeacherWeights(g, teacher) },
		carried: carriedOf(student, settings, own),
		masks: createMasks(g),
	};
	const { carried } = outer;
	const initial = carried.map((one) => g.input(one.name, one));
	const taken =
		steps === undefined ? addOneStep(g, outer, initial) : addLoops(g, outer, steps, initial, options.stepsATurn ?? 1);

	const after = new Map<string, Value>();
	for (const [index, { name }] of carried.entries()) after.set(name, ownValue(g, taken.carried[index], name, after));
	const graph = g.toOnnx("training", [
		// Under their own names: an output that is also used inside would be copied to take another.
		...[...after.values()].map((value) => [value.name, value] as const),
		[feeds.losses, taken.losses],
	]);
	const masks = outer.masks.inputs();
	// Built for one step a call and one sample, run with any number: no node but the loops sees the steps, none the rows.
	const free = new Map([...freeDimensions, ...masks.map(({ name }) => [name, stepsDimension] as const)]);
	const freed = (info: OnnxValueInfo): OnnxValueInfo => {
		const dimension = free.get(info.name);
		return dimension === undefined ? info : { ...info, dims: [dimension, ...(info.dims?.slice(1) ?? [])] };
	};
	const model = modelOf({ ...graph, inputs: graph.inputs.map(freed), outputs: graph.outputs.map(freed) });
	const names = new Map([...after].map(([name, value]) => [name, value.name]));
	return { model, carried, masks, after: names, stepByStep };
}

/** A value that is none of the others: each fills memory of its own. */
function ownValue(g: Graph, value: Value | undefined, name: string, others: ReadonlyMap<string, Value>): Value {
	const own = required(value, name);
	return [...others.values()].includes(own) ? g.op("Identity", [own]) : own;
}

/** Student and teacher in a graph of their own, on a batch: what values inside them look like. */
function placedForShapes(
	{ model, normalization, settings: { batch }, sampleShape, sampleType = "uint8" }: TrainingGraphOptions,
	teacher: GraphTeacher | undefined,
): { readonly student: PlacedModel; readonly teacher: PlacedModel | undefined } {
	const g = createGraph();
	const samples = g.input("samples", { type: sampleType, dims: [batch, ...sampleShape] });
	const viewFor = (preprocessing: Preprocessing): Value => preprocess(g, samples, preprocessing);
	return {
		student: placeModel(g, model, { input: viewFor(normalization) }),
		teacher: teacher && placeTeacher(g, teacher, placeTeacherWeights(g, teacher), viewFor),
	};
}

/** What the loops see of the graph around them. */
interface Outer {
	readonly options: TrainingGraphOptions;
	readonly first: Value;
	readonly baseRate: Value | undefined;
	readonly batch: BatchInputs;
	/** The large constants of the model, which all steps share. */
	readonly constants: ReadonlyMap<string, Value>;
	/** The teacher that is asked on every view, with the large constants of its members. */
	readonly teacher: (GraphTeacher & { readonly weights: readonly ReadonlyMap<string, Value>[] }) | undefined;
	readonly carried: readonly Carried[];
	readonly masks: Masks;
}

/** One loop: so many turns of so many steps, from step `start` of this call on. */
interface LoopShape {
	readonly name: string;
	readonly turns: Value;
	readonly start: Value;
	readonly stepsATurn: number;
}

/** What steps leave: the carried values, and a loss for every step, in order. */
interface Taken {
	readonly carried: readonly Value[];
	readonly losses: Value;
}

/** Adds the first step that a call is fed. */
function addOneStep(g: Graph, outer: Outer, initial: readonly Value[]): Taken {
	const { carried } = outer;
	const current = new Map(carried.map((one, index) => [one.name, required(initial[index], one.name)]));
	const { next, loss } = addStep(
		g,
		outer,
		g.constant({ type: "int64", dims: [], data: BigInt64Array.of(0n) }),
		current,
	);
	return {
		carried: carried.map(({ name }) => required(next.get(name), name)),
		losses: g.op("Reshape", [loss, g.integers([1])]),
	};
}

/** Adds the loops that take all steps of a call. */
function addLoops(g: Graph, outer: Outer, steps: Value, initial: readonly Value[], stepsATurn: number): Taken {
	const none = g.scalar(0, steps);
	if (stepsATurn === 1) return addLoop(g, outer, { name: "steps", turns: steps, start: none, stepsATurn }, initial);
	const aTurn = g.scalar(stepsATurn, steps);
	const turns = g.op("Div", [steps, aTurn]);
	const done = g.op("Mul", [turns, aTurn]);
	const whole = addLoop(g, outer, { name: "steps", turns, start: none, stepsATurn }, initial);
	const left = g.op("Sub", [steps, done]);
	const rest = addLoop(g, outer, { name: "rest", turns: left, start: done, stepsATurn: 1 }, whole.carried);
	return { carried: rest.carried, losses: joined(g, [whole.losses, rest.losses], 1) };
}

/** Adds a loop. */
function addLoop(
	g: Graph,
	outer: Outer,
	{ name, turns, start, stepsATurn }: LoopShape,
	initial: readonly Value[],
): Taken {
	const { carried } = outer;
	const body = g.body();
	const turn = body.input(`${name}/turn`, { type: "int64", dims: [] });
	const condition = body.input(`${name}/condition`, { type: "bool", dims: [] });
	let current = new Map(carried.map((one) => [one.name, body.input(`${name}/${one.name}`, one)]));
	const before = body.op("Add", [start, body.op("Mul", [turn, body.scalar(stepsATurn, turn)])]);
	const losses: Value[] = [];
	for (let step = 0; step < stepsATurn; step++) {
		const taken = addStep(body, outer, body.op("Add", [before, body.scalar(step, before)]), current);
		current = new Map(taken.next);
		losses.push(body.op("Reshape", [taken.loss, body.integers([1])]));
	}
	const turnLosses = joined(body, losses, stepsATurn);
	const bodyGraph = body.toOnnx(name, [
		[`${name}/go_on`, condition],
		// Under their own names: an output that is also used inside would be copied to take another.
		...[...carried.map((one) => required(current.get(one.name), one.name)), turnLosses].map(
			(output) => [output.name, output] as const,
		),
	]);
	const always = g.constant({ type: "bool", dims: [], data: Uint8Array.of(1) });
	const outputs = g.add(
		"Loop",
		"",
		[turns, always, ...initial],
		[...carried, { type: "float", dims: [1, stepsATurn] }],
		{ body: { kind: "graph", value: bodyGraph } },
		name,
	);
	const count = g.op("Reshape", [g.op("Mul", [turns, g.scalar(stepsATurn, turns)]), g.integers([1])]);
	// As many as there were steps; typed for one, as all that is per step.
	const [flat] = g.add("Reshape", "", [outputs[carried.length], count], [{ type: "float", dims: [1] }], {
		allowzero: { kind: "int", value: 1 },
	});
	return { carried: outputs.slice(0, -1), losses: required(flat, "losses") };
}

/** Vectors end to end; typed for `length` elements. */
function joined(g: Graph, vectors: readonly Value[], length: number): Value {
	const [all] = g.add("Concat", "", vectors, [{ type: "float", dims: [length] }], { axis: { kind: "int", value: 0 } });
	return required(all, "losses");
}

/**
 * Adds one training step, to a loop's body where there is one.
 *
 * @param index - the step's place among those of this call, int64 `[]`.
 * @param current - the carried values before it, by name.
 */
function addStep(
	body: Graph,
	{ options, first, baseRate, batch, constants, teacher, carried, masks }: Outer,
	index: Value,
	current: ReadonlyMap<string, Value>,
): { readonly next: ReadonlyMap<string, Value>; readonly loss: Value } {
	const { settings } = options;
	const step = body.op("Add", [cast(body, index, "float"), first]);
	const { view, stored, labelled } = batchAt(body, batch, index);
	const viewFor = remembered((preprocessing) => {
		const stored = storedPreprocessing(preprocessing, options.offsets, options.sampleShape);
		return view((samples) => preprocess(body, samples, stored));
	});
	const value = (name: string): Value => required(current.get(name), name);
	const placed = ({ name }: { readonly name: string }): { readonly name: string; readonly value: Value } => ({
		name,
		value: value(parameterInput(name)),
	});
	const parameters = selectTrainable(options.model, settings).map(placed);
	const averages = averagesOf(options.model).map(placed);
	const own = carried.flatMap(({ parameter, initial }) =>
		parameter === undefined || initial === undefined ? [] : placed({ name: parameter }),
	);
	const trained = new Set(parameters.map((one) => one.value.name));
	const moved = new Map<string, Value>();
	const student = placeModel(body, options.model, {
		input: viewFor(options.normalization),
		parameters: new Map([...constants, ...[...parameters, ...averages].map((one) => [one.name, one.value] as const)]),
		training: {
			dropoutMask: masks.ofStep(body, index),
			batchStatistics: settings.batchNorm !== "running",
			trainsAll: settings.train === undefined && (settings.freeze ?? []).length === 0,
			trains: (weight) => trained.has(weight.name),
			carries: (state) => averages.some((one) => one.value.name === state.name),
			setState: (state, next) => moved.set(state.name, next),
		},
	});
	const loss = addObjective(body, options.loss, {
		student,
		teacher: teacher && placeTeacher(body, teacher, teacher.weights, viewFor),
		stored,
		labelled,
		task: options.task ?? taskOf({}),
		form: options.form ?? { scale: undefined, isScaled: false },
		progress: body.op("Mul", [step, body.scalar(1 / options.totalSteps)]),
		parameter: (name) => value(parameterInput(objectiveParameter(name))),
	});
	const kept = averages.map((one) => {
		// An average that no node moves is carried as a copy: a loop may not hand on its own input.
		const next = moved.get(one.value.name) ?? body.op("Identity", [one.value]);
		return [parameterInput(one.name), next] as const;
	});
	const next = new Map([
		...addUpdate(body, options, { loss, step, baseRate }, [...parameters, ...own], value),
		...kept,
	]);
	return { next, loss };
}

/** One view for each preprocessing: networks that want the same share it. */
function remembered(make: (preprocessing: Preprocessing) => Value): (preprocessing: Preprocessing) => Value {
	const made = new Map<string, Value>();
	return (preprocessing) => {
		const key = JSON.stringify(preprocessing);
		const view = made.get(key) ?? make(preprocessing);
		made.set(key, view);
		return view;
	};
}

function required<T>(value: T | undefined, name: string): T {
	if (value !== undefined) return value;
	throw new LimbeckError("model", { where: "training graph", expected: `a value for ${name}`, got: "none" });
}
