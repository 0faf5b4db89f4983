/** The second half of a training step: gradients, optimizer, schedules and constraints. */
import { gradients } from "../autodiff/gradients.js";
import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Value, ValueType } from "../graph/value.js";
import type { LossParameter } from "../losses/loss.js";
import { averagesOf, selectTrainable } from "../models/trainable.js";
import type { OnnxModel } from "../onnx/model.js";
import { globalNormFactor, limitUnitNorms } from "../optim/constraints.js";
import { optimizerOf } from "../optim/optimizers.js";
import { scheduledRate } from "../optim/schedules.js";
import type { TrainingOptions } from "./training-options.js";

/** How a step changes the parameters. */
export interface UpdateOptions {
	/** How the network is trained. */
	readonly settings: TrainingOptions;
	readonly warmupSteps: number;
	readonly totalSteps: number;
}

/** A value that one step hands to the next: a parameter, or a piece of optimizer state. */
export interface Carried extends ValueType {
	/** The name of its input. */
	readonly name: string;
	/** The parameter's name in the model, or what the objective learns; absent for optimizer state. */
	readonly parameter?: string;
	/** The first value of what is not in the model: a parameter of the objective's. */
	readonly initial?: LossParameter["initial"];
}

/** The learning rate of the step before, for optimizers whose state holds the rate. */
const lastRate = "last_learning_rate";

/** The name of a parameter's input. */
export const parameterInput = (name: string): string => `parameter/${name}`;
/** What a parameter of the objective's is called among those of the model. */
export const objectiveParameter = (name: string): string => `objective/${name}`;
const stateInput = (state: string, name: string): string => `${state}/${name}`;

/**
 * What a training graph carries: the parameters, the optimizer's state for each, and the last learning rate.
 *
 * @param own - what the objective learns itself.
 */
export function carriedOf(
	model: OnnxModel,
	settings: Pick<TrainingOptions, "optimizer" | "train" | "freeze">,
	own: readonly LossParameter[] = [],
): readonly Carried[] {
	const parameter = (name: string, dims: readonly number[]): Carried => ({
		name: parameterInput(name),
		parameter: name,
		type: "float",
		dims,
	});
	const learnt = [
		...selectTrainable(model, settings).map(({ name, tensor }) => parameter(name, tensor.dims)),
		...own.map(({ name, dims, initial }) => ({ ...parameter(objectiveParameter(name), dims), initial })),
	];
	const { state, wantsScaledGradient } = optimizerOf(settings.optimizer);
	return [
		...learnt,
		...averagesOf(model).map(({ name, tensor }) => parameter(name, tensor.dims)),
		...state.flatMap((kind) =>
			learnt.map(({ parameter: name = "", dims }): Carried => ({ name: stateInput(kind, name), type: "float", dims })),
		),
		...(wantsScaledGradient ? [{ name: lastRate, type: "float", dims: [] } as const] : []),
	];
}

/** What an update is made from; all are scalars. */
export interface UpdateInputs {
	readonly loss: Value;
	/** The number of steps done before this one. */
	readonly step: Value;
	/** The base learning rate; that of the options where absent. */
	readonly baseRate: Value | undefined;
}

/**
 * Adds a step's update to the loop's body.
 *
 * @param valueOf - the carried value of a name.
 * @returns the carried values after the step, by name.
 */
export function addUpdate(
	g: Graph,
	{ settings, totalSteps, warmupSteps }: UpdateOptions,
	{ loss, step, baseRate }: UpdateInputs,
	parameters: readonly { readonly name: string; readonly value: Value }[],
	valueOf: (name: string) => Value,
): ReadonlyMap<string, Value> {
	const { optimizer, maxNorm } = settings;
	const { state: stateNames, update, wantsScaledGradient } = optimizerOf(optimizer);
	const progress = { step, totalSteps, warmupSteps };
	const learningRate = scheduledRate(g, baseRate ?? optimizer.learningRate, settings.schedule, progress);
	const momentum = scheduledRate(g, optimizer.momentum, settings.momentumSchedule, { ...progress, warmupSteps: 0 });
	const values = parameters.map(({ value }) => value);
	const scaled = scaledGradients(g, loss, values, wantsScaledGradient ? learningRate : undefined, settings.clipNorm);
	const count = g.op("Add", [step, g.scalar(1)]);
	const next = new Map<string, Value>();
	const rates = {
		learningRate,
		momentum,
		step: count,
		...(wantsScaledGradient ? addLastRate(g, learningRate, valueOf, next) : {}),
	};
	for (const [index, { name, value }] of parameters.entries()) {
		const gradient = scaled[index];
		if (gradient === undefined) throw noGradient(name);
		const state = Object.fromEntries(stateNames.map((kind) => [kind, valueOf(stateInput(kind, name))]));
		const matrix = value.dims.length >= 2;
		const decayed = matrix ? optimizer : { ...optimizer, weightDecay: 0 };
		const updated = update(g, { parameter: value, gradient, state, ...rates }, decayed);
		const limited =
			maxNorm === undefined || !matrix ? updated.parameter : limitUnitNorms(g, updated.parameter, maxNorm);
		next.set(parameterInput(name), limited);
		for (const [kind, after] of Object.entries(updated.state)) next.set(stateInput(kind, name), after);
	}
	return next;
}

/** The clipped gradients, times `scale`: from the start where nothing is clipped, else in one factor with the clipping. */
function scaledGradients(
	g: Graph,
	loss: Value,
	values: readonly Value[],
	scale: Value | undefined,
	clipNorm: number | undefined,
): readonly Value[] {
	if (clipNorm === undefined) return gradients(g, loss, values, scale);
	const raw = gradients(g, loss, values);
	const clip = globalNormFactor(g, raw, clipNorm);
	const factor = scale === undefined ? clip : g.op("Mul", [clip, scale]);
	return raw.map((gradient) => g.op("Mul", [gradient, factor]));
}

/** Carries the learning rate to the next step; its ratio to the last one, unless it never changes. */
function addLastRate(
	g: Graph,
	learningRate: Value,
	valueOf: (name: string) => Value,
	next: Map<string, Value>,
): { readonly rateRatio?: Value } {
	const last = valueOf(lastRate);
	if (learningRate.constant !== undefined) {
		next.set(lastRate, g.op("Identity", [last]));
		return {};
	}
	next.set(lastRate, g.op("Identity", [learningRate]));
	// Before the first step the last rate is 0, and so is the state that the ratio multiplies.
	return { rateRatio: g.op("Div", [learningRate, g.op("Max", [last, g.scalar(1e-30)])]) };
}

function noGradient(name: string): LimbeckError {
	return new LimbeckError("model", { where: `parameter ${name}`, expected: "a gradient", got: "none" });
}
