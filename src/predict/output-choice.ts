/** Which of a model's outputs is the classifier's, and that output as float `[batch, classes]`. */
import { LimbeckError } from "../errors.js";
import type { Notice } from "../notices.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";
import { type DataType, dataTypes } from "../onnx/tensor.js";
import { withoutFinalOperator } from "./final-operator.js";
import type { Setting } from "./setting.js";

/** What is known of the output that is looked for. */
export interface OutputRequest {
	/** Its name, where a person has named it. */
	readonly name?: string | undefined;
	/** How many numbers a sample serve, where that is known. */
	readonly widths?: readonly number[] | undefined;
	/** The model's file, for messages. */
	readonly where: string;
	/** How the name is set, for hints; none where nobody can set it. */
	readonly setting?: Setting | undefined;
	/** Whether some of its numbers can be chosen as the classes, by `select` or `classes`. */
	readonly selects?: boolean;
}

/** A model of which the classifier's output is the first. */
export interface ChosenOutput {
	readonly model: OnnxModel;
	/** What should be known of the choice; nothing where there was none. */
	readonly notices: readonly Notice[];
}

/** How many numbers a sample serve so many classes: one for each, and one for two. */
export function widthsOf(classes: number): readonly number[] {
	return [classes, ...(classes === 2 ? [1] : [])];
}

/** Element types that can be logits. */
const floating: readonly DataType[] = ["float", "float16", "double"];

/** Whether an output can be the classifier's: `maybe` where its shape is not known. */
type Fit = "yes" | "maybe" | "no";

/**
 * The model with the classifier's output first, as float `[batch, classes]`: the one that is named; else the only one;
 * else the only one that is of floats and of the right width. Where one is the Softmax of another, that other.
 *
 * @throws LimbeckError (`model`) that lists all outputs where none fits or several do; (`usage`) for a name of none.
 */
export function chooseOutput(model: OnnxModel, request: OutputRequest): ChosenOutput {
	const { outputs } = model.graph;
	const chosen =
		request.name === undefined ? fittingOutput(model, request) : namedOutput(outputs, request.name, request);
	const shaped = asRows(model, chosen);
	const only = outputs.length === 1;
	if (only || (request.name === undefined && chosen === outputs[0] && !outputs.slice(1).some(isFloating))) {
		return { model: shaped, notices: [] };
	}
	const others = outputs.filter((one) => one !== chosen).map(described);
	const text = `${request.where} has ${String(outputs.length)} outputs: ${described(chosen)} is taken, not ${others.join(", ")}.`;
	const hint = request.setting && `Another one: ${request.setting("output", "NAME")}.`;
	const notice = { code: "output-chosen", text, ...(hint === undefined ? {} : { hint }) };
	return { model: shaped, notices: request.name === undefined ? [notice] : [] };
}

function namedOutput(outputs: readonly OnnxValueInfo[], name: string, { where }: OutputRequest): OnnxValueInfo {
	const found = outputs.find((one) => one.name === name);
	if (found !== undefined && isFloating(found)) return found;
	throw new LimbeckError("usage", {
		where: `${where}: output`,
		expected: `one of its outputs of floats: ${listed(outputs.filter(isFloating))}`,
		got: found === undefined ? JSON.stringify(name) : described(found),
	});
}

function fittingOutput(model: OnnxModel, request: OutputRequest): OnnxValueInfo {
	const { widths, where } = request;
	const { outputs } = model.graph;
	const [first, ...others] = outputs;
	if (first === undefined) throw new LimbeckError("model", { where, expected: "an output", got: "none" });
	const isRow = first.dims === undefined || rowWidth(first.dims) !== undefined;
	if (others.length === 0 && isFloating(first) && isRow) return first;
	const fits = new Map(outputs.map((one) => [one, fitOf(one, widths)]));
	const yes = outputs.filter((one) => fits.get(one) === "yes");
	const maybe = outputs.filter((one) => fits.get(one) === "maybe");
	const candidates = withoutTransforms(model, yes.length > 0 ? yes : maybe);
	const [only, ...more] = candidates;
	if (only !== undefined && more.length === 0) return only;
	const width = widths === undefined ? "classes" : widths.map(String).join(" or ");
	throw new LimbeckError("model", {
		where,
		expected: `an output float[batch,${width}], and one only`,
		got: only === undefined ? listed(outputs) : `${String(candidates.length)}: ${listed(candidates)}`,
		...wayOut(candidates.length === 0 ? outputs.filter(isFloating) : candidates, candidates.length === 0, request),
	});
}

/**
 * What can be done where no output fits, or several do.
 *
 * @param misfit - whether the outputs have too many or too few numbers as they are.
 */
function wayOut(
	outputs: readonly OnnxValueInfo[],
	misfit: boolean,
	{ setting, selects = false }: OutputRequest,
): { readonly hint?: string } {
	const [first, ...more] = outputs;
	if (first === undefined || (misfit && !selects)) {
		return { hint: "Export the model with the scores of its classes, and these alone, as an output of floats." };
	}
	if (setting === undefined) return {};
	if (!misfit) {
		const settings = outputs.map(({ name }) => setting("output", name)).join(" or ");
		return { hint: `Name the one that gives the classes: ${settings}.` };
	}
	const name = setting("output", more.length === 0 ? first.name : "NAME");
	return { hint: `If one of them gives the classes among others: ${name}, with select or classes beside it.` };
}

/** Outputs but for those that are a Softmax, LogSoftmax or Sigmoid of another of them. */
function withoutTransforms(model: OnnxModel, outputs: readonly OnnxValueInfo[]): readonly OnnxValueInfo[] {
	const names = new Set(outputs.map(({ name }) => name));
	return outputs.filter((one) => {
		const { model: before, removed } = withoutFinalOperator(withFirst(model, one));
		return removed === undefined || !names.has(before.graph.outputs[0]?.name ?? "");
	});
}

function fitOf(output: OnnxValueInfo, widths: readonly number[] | undefined): Fit {
	if (!isFloating(output)) return "no";
	const { dims } = output;
	if (dims === undefined) return "maybe";
	const width = rowWidth(dims);
	if (width === undefined) return "no";
	if (typeof width === "string") return "maybe";
	return widths === undefined || widths.includes(width) ? "yes" : "no";
}

/** The numbers of a sample: the one dimension that is not 1 behind the batch; `undefined` where there are several. */
function rowWidth([, ...dims]: readonly (number | string)[]): number | string | undefined {
	const long = dims.filter((dim) => dim !== 1);
	return long.length > 1 ? undefined : (long[0] ?? 1);
}

/** The model with an output first, as float `[batch, width]`; unchanged where it is so already. */
function asRows(model: OnnxModel, output: OnnxValueInfo): OnnxModel {
	const { dims, type } = output;
	const flat = dims !== undefined && dims.length !== 2 && rowWidth(dims) !== undefined;
	const cast = type === "double";
	const first = output === model.graph.outputs[0] ? model : withFirst(model, output);
	if (!flat && !cast) return first;
	const steps: OnnxNode[] = [];
	let { name } = output;
	const add = (opType: string, attributes: OnnxNode["attributes"]): void => {
		const made = `${name}/${opType}`;
		steps.push({ name: made, opType, domain: "", inputs: [name], outputs: [made], attributes });
		name = made;
	};
	if (flat) add("Flatten", new Map([["axis", { kind: "int", value: 1 }]]));
	if (cast) add("Cast", new Map([["to", { kind: "int", value: dataTypes.float }]]));
	const made: OnnxValueInfo = {
		name,
		type: cast ? "float" : type,
		dims: flat ? [dims[0] ?? "", rowWidth(dims) ?? 1] : dims,
	};
	return withFirst({ ...first, graph: { ...first.graph, nodes: [...first.graph.nodes, ...steps] } }, made);
}

/** The model with that output alone. */
function withFirst(model: OnnxModel, output: OnnxValueInfo): OnnxModel {
	const graph: OnnxGraph = { ...model.graph, outputs: [output] };
	return { ...model, graph };
}

function isFloating({ type }: OnnxValueInfo): boolean {
	return floating.includes(type);
}

function described({ name, type, dims }: OnnxValueInfo): string {
	return `${JSON.stringify(name)} (${type}[${dims?.join(",") ?? "?"}])`;
}

function listed(outputs: readonly OnnxValueInfo[]): string {
	return outputs.length === 0 ? "none" : outputs.map(described).join(", ");
}
