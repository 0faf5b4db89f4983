/** Operator cases as graphs, and generated cases of every shape that an operator takes. */
import { type Attributes, float, int } from "../../src/graph/attributes.js";
import type { Graph } from "../../src/graph/graph.js";
import type { Value } from "../../src/graph/value.js";
import { elementCount, type Tensor } from "../../src/onnx/tensor.js";
import { activation } from "../../src/ops/activation.js";
import { elementwise } from "../../src/ops/elementwise.js";
import { functions } from "../../src/ops/functions.js";
import { type CompositeName, type OperatorName, operators } from "../../src/ops/index.js";
import { logic } from "../../src/ops/logic.js";
import type { CaseInput, Operator, OperatorCase } from "../../src/ops/operator.js";
import { reduce } from "../../src/ops/reduce.js";
import { anyShape, type Generator, stretchable } from "./case-shapes.js";
import { createDraws, type Draws } from "./draws.js";
import { integers, type RealTensor, real } from "./graphs.js";
import { poolAndNormalization } from "./pool-cases.js";
import { shapeGenerators } from "./shape-cases.js";

/** A case with its elements drawn. */
export interface BuiltCase {
	/** The inputs that gradients flow through. */
	readonly at: readonly RealTensor[];
	/** Adds the node, and gives its outputs; `real` stands for the inputs above. */
	readonly build: (g: Graph, real: readonly Value[]) => readonly Value[];
}

/** The elements of a case's inputs, in their places. */
export function inputTensors(
	name: OperatorName | CompositeName,
	{ inputs, precision }: OperatorCase,
): readonly (Tensor | undefined)[] {
	const type = precision ?? "double";
	const draws = createDraws(7, name);
	// What is not differentiated is drawn first.
	const fixed = inputs.map((input, index) =>
		input?.fixed === true ? drawnTensor(input, type, index, draws) : input && givenTensor(input),
	);
	return inputs.map((input, index) => fixed[index] ?? (input && drawnTensor(input, type, index, draws)));
}

export function buildCase(name: OperatorName | CompositeName, one: OperatorCase): BuiltCase {
	const tensors = inputTensors(name, one);
	const isAt = (tensor: Tensor | undefined, index: number): tensor is RealTensor =>
		tensor !== undefined && givesReals(one.inputs[index]);
	return {
		at: tensors.filter(isAt),
		build: (g, values) => {
			const rest = values.values();
			const nodeInputs = tensors.map((tensor, index) =>
				isAt(tensor, index) ? rest.next().value : tensor && g.constant(tensor),
			);
			return g.ops(name, nodeInputs, one.attributes);
		},
	};
}

/** Whether gradients flow through this input. */
const givesReals = (input: CaseInput | undefined): boolean =>
	input?.fixed !== true && input?.integers === undefined && input?.booleans === undefined;

function givenTensor({ dims, integers: whole, booleans }: CaseInput): Tensor | undefined {
	if (whole !== undefined) return integers(dims, whole);
	return booleans === undefined ? undefined : { type: "bool", dims, data: Uint8Array.from(booleans, Number) };
}

/**
 * Uniform draws on a grid of 1/32, moved by 1/128 for each input: no element is within 1/128 of 0, nor of an element
 * of another input, where Relu or Max have a kink that central differences would straddle.
 */
function drawnTensor(
	{ dims, from = -1, to = 1, distinct }: CaseInput,
	type: RealTensor["type"],
	index: number,
	draws: Draws,
): RealTensor {
	if (distinct === true) return real(type, dims, shuffledGrid(draws, elementCount(dims), from, to));
	const values = draws.reals(elementCount(dims), from, to).map((x) => Math.floor(x * 32) / 32 + (1 + index) / 128);
	return real(type, dims, values);
}

/** The middles of `count` equal parts of [from, to], in random order. */
function shuffledGrid(draws: Draws, count: number, from: number, to: number): readonly number[] {
	const order = draws.reals(count, 0, 1).map((key, part) => ({ key, part }));
	order.sort((a, b) => a.key - b.key);
	return order.map(({ part }) => from + ((part + 0.5) * (to - from)) / count);
}

/** The first case's inputs, from its domains, in shapes that broadcast together. */
const broadcasting: Generator = (draws, first) => {
	const dims = anyShape(draws);
	const whole = draws.integer(0, first.inputs.length - 1);
	const inputs = first.inputs.map((input, index): CaseInput => {
		const shape = index === whole ? dims : stretchable(draws, dims);
		const booleans = Array.from({ length: elementCount(shape) }, () => draws.chance(0.5));
		return { ...input, dims: shape, ...(input?.booleans === undefined ? {} : { booleans }) };
	});
	return { ...first, inputs };
};

/** As {@link broadcasting}, with any number of inputs from the first's domain. */
const broadcastingMany: Generator = (draws, first) =>
	broadcasting(draws, {
		...first,
		inputs: Array.from({ length: draws.integer(1, 4) }, () => first.inputs[0]),
	});

/** As {@link broadcasting}, but only the second input is stretched, to the shape of the first. */
const stretchingSecond: Generator = (draws, first) => {
	const dims = anyShape(draws);
	const [x, second] = first.inputs;
	return {
		...first,
		inputs: [
			{ ...x, dims },
			{ ...second, dims: stretchable(draws, dims) },
		],
	};
};

const reduction: Generator = (draws, first) => {
	const dims = anyShape(draws, 1);
	const axes = dims.flatMap((_, axis) => (draws.chance(0.5) ? [draws.chance(0.5) ? axis : axis - dims.length] : []));
	const named: readonly CaseInput[] = axes.length === 0 ? [] : [{ dims: [axes.length], integers: axes }];
	return {
		inputs: [{ ...first.inputs[0], dims }, ...named],
		attributes: { keepdims: int(draws.integer(0, 1)), noop_with_empty_axes: int(draws.integer(0, 1)) },
	};
};

const alongAxis: Generator = (draws, { precision }) => {
	const dims = anyShape(draws, 1);
	return {
		...(precision === undefined ? {} : { precision }),
		inputs: [{ dims, from: -3, to: 3 }],
		attributes: { axis: int(draws.integer(-dims.length, dims.length - 1)) },
	};
};

interface Product {
	readonly a: readonly number[];
	readonly b: readonly number[];
	readonly dims: readonly number[];
	readonly flags: Attributes;
}

function matrices(draws: Draws, transposable: boolean): Product {
	const [rows, inner, columns] = [draws.integer(1, 4), draws.integer(1, 4), draws.integer(1, 4)];
	const [transA, transB] = transposable ? [draws.integer(0, 1), draws.integer(0, 1)] : [0, 0];
	return {
		a: transA === 1 ? [inner, rows] : [rows, inner],
		b: transB === 1 ? [columns, inner] : [inner, columns],
		dims: [rows, columns],
		flags: transposable ? { transA: int(transA), transB: int(transB), alpha: float(0.5) } : {},
	};
}

const gemm: Generator = (draws) => {
	const { a, b, dims, flags } = matrices(draws, true);
	const c = draws.chance(0.7) ? [{ dims: stretchable(draws, dims) }] : [];
	return { inputs: [{ dims: a }, { dims: b }, ...c], attributes: { ...flags, beta: float(draws.integer(1, 2)) } };
};

const batchedProduct =
	(transposable: boolean): Generator =>
	(draws) => {
		const { a, b, flags } = matrices(draws, transposable);
		const batch = anyShape(draws).slice(0, 2);
		const other = stretchable(draws, batch);
		const [left, right] = draws.chance(0.5) ? [batch, other] : [other, batch];
		return {
			inputs: [{ dims: [...left, ...a] }, { dims: [...right, ...b] }],
			attributes: flags,
			precision: "float",
		};
	};

function forAll(table: Readonly<Record<string, Operator>>, generator: Generator): Record<string, Generator> {
	return Object.fromEntries(Object.keys(table).map((name) => [name, generator]));
}

/** How to generate cases of the operators whose shapes are free. */
const generators: Partial<Record<OperatorName, Generator>> = {
	...poolAndNormalization,
	...forAll({ ...activation, ...elementwise, ...functions, ...logic }, broadcasting),
	Sum: broadcastingMany,
	Mean: broadcastingMany,
	Max: broadcastingMany,
	Min: broadcastingMany,
	PRelu: stretchingSecond,
	Clip: (draws, first) => {
		const [, low, high] = first.inputs;
		const limits = draws.chance(0.5) ? [low, high] : draws.chance(0.5) ? [undefined, high] : [low];
		return { inputs: [{ dims: anyShape(draws) }, ...limits] };
	},
	CastLike: (draws, { inputs: [x, like] }) => ({ inputs: [{ ...x, dims: anyShape(draws) }, like] }),
	Gemm: gemm,
	MatMul: batchedProduct(false),
	FusedMatMul: batchedProduct(true),
	...forAll(reduce, reduction),
	Softmax: alongAxis,
	LogSoftmax: alongAxis,
	Hardmax: alongAxis,
	ArgMax: alongAxis,
	ArgMin: alongAxis,
	CumSum: (draws) => {
		const dims = anyShape(draws, 1);
		return {
			inputs: [{ dims }, { dims: [], integers: [draws.integer(-dims.length, dims.length - 1)] }],
			attributes: { exclusive: int(draws.integer(0, 1)), reverse: int(draws.integer(0, 1)) },
		};
	},
	...shapeGenerators,
};

/** `count` generated cases of an operator; none where its shapes are not free. */
export function generatedCases(name: OperatorName, count: number): readonly OperatorCase[] {
	const { cases }: Operator = operators[name];
	const generate = generators[name];
	const [first] = cases;
	if (first === undefined || generate === undefined) return [];
	const draws = createDraws(11, `shapes/${name}`);
	return Array.from({ length: count }, () => generate(draws, first));
}
