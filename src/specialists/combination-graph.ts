/** The combination of a generalist with its specialists as one ONNX graph. */
import { LimbeckError } from "../errors.js";
import { int, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { applyModel } from "../models/apply.js";
import { anyBatchModel } from "../models/family.js";
import type { OnnxModel, OnnxValueInfo } from "../onnx/model.js";
import { cast, createGraph } from "../ops/index.js";
import type { ClassSets } from "./clustering.js";
import { type CombinationRule, leastMass, specialistsOfClasses } from "./combination.js";

/** How a combination is built. */
export interface CombinationGraphOptions {
	readonly rule: CombinationRule;
	/** A specialist is active where it has one of the so many most probable classes of the generalist; 1 where absent. */
	readonly n?: number;
	/**
	 * The most steps of EM, 1000 where absent. It ends earlier where no mass of the batch moves by more than 1e-10 of itself. Most
	 * cases take few; contradictory specialists with large dustbins took up to some hundreds.
	 */
	readonly iterations?: number;
}

/**
 * The combination alone: inputs `generalist` `[batch, classes]` and `specialist/0`, … `[batch, its classes + 1]`, all
 * probabilities; output `probabilities` `[batch, classes]`.
 */
export function combinationModel(specialists: ClassSets, classes: number, options: CombinationGraphOptions): OnnxModel {
	const g = createGraph();
	const generalist = g.input("generalist", { type: "float", dims: [1, classes] });
	const answers = specialists.map((set, m) =>
		g.input(`specialist/${String(m)}`, { type: "float", dims: [1, set.length + 1] }),
	);
	return anyBatchModel(g, "combination", [["probabilities", combined(g, generalist, answers, specialists, options)]]);
}

/** A specialist as a model, with its classes. */
export interface Specialist {
	/** Logits `[batch, classes + 1]`, the dustbin last; must have passed importModel. */
	readonly model: OnnxModel;
	readonly classes: readonly number[];
}

/**
 * Generalist, specialists, selection and combination as one model: input `[batch, …sampleShape]` as the generalist's,
 * output `probabilities` `[batch, classes]`. Every specialist runs on every sample.
 *
 * @param generalist - logits `[batch, classes]`; must have passed importModel.
 * @throws LimbeckError (`model`) where a specialist has other outputs than its classes and a dustbin.
 */
export function combinedModel(
	generalist: OnnxModel,
	specialists: readonly Specialist[],
	sampleShape: readonly number[],
	options: CombinationGraphOptions,
): OnnxModel {
	const g = createGraph();
	const input = g.input(generalist.graph.inputs[0]?.name ?? "input", { type: "float", dims: [1, ...sampleShape] });
	const probabilities = (model: OnnxModel, prefix: string): Value =>
		g.op("Softmax", [applyModel(g, prefixed(model, prefix), { input })], { axis: int(1) });
	const p = probabilities(generalist, "generalist/");
	const answers = specialists.map(({ model, classes }, m) => {
		const answer = probabilities(model, `specialist/${String(m)}/`);
		if (answer.dims[1] === classes.length + 1) return answer;
		const [expected, got] = [`[batch,${String(classes.length + 1)}]`, `[${answer.dims.join()}]`];
		throw new LimbeckError("model", { where: `specialist ${String(m)}`, expected, got });
	});
	const sets = specialists.map(({ classes }) => classes);
	const model = anyBatchModel(g, "combined", [["probabilities", combined(g, p, answers, sets, options)]]);
	return { ...model, metadata: generalist.metadata };
}

/** A model whose constants have names of their own, so that several fit in one graph. */
function prefixed({ graph, ...model }: OnnxModel, prefix: string): OnnxModel {
	const constants = new Set(graph.initializers.map(({ name }) => name));
	const renamed = (name: string): string => (constants.has(name) ? prefix + name : name);
	return {
		...model,
		graph: {
			...graph,
			initializers: graph.initializers.map(({ name, tensor }) => ({ name: prefix + name, tensor })),
			inputs: graph.inputs.filter(({ name }) => !constants.has(name)),
			nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(renamed) })),
		},
	};
}

/** What the rules are built from. Groups are classes in the same specialists. */
interface Parts {
	readonly g: Graph;
	/** The generalist, no probability 0, `[batch, classes]`. */
	readonly p: Value;
	/** Adds so much of each specialist's classes `[batch, Σ]` to `[batch, classes]`; nothing of those not active. */
	readonly add: (to: Value, updates: Value) => Value;
	/** The specialists' classes end to end, `[batch, Σ]`. */
	readonly inside: Value;
	/** The dustbins, 0 of those not active, `[batch, specialists]`. */
	readonly dustbins: Value;
	/** 1 where active, `[batch, specialists]`. */
	readonly active: Value;
	/** 1 where a group is outside a specialist, `[groups, specialists]`. */
	readonly outside: Value;
	/** 1 + |A|, `[batch, 1]`. */
	readonly voices: Value;
	/** Sums over groups, `[batch, classes]` → `[batch, groups]`. */
	readonly sumUp: (x: Value) => Value;
	/** `[batch, groups]` → `[batch, classes]` */
	readonly spread: (x: Value) => Value;
	/** Over the groups outside each specialist: `[batch, groups]` → `[batch, specialists]`. */
	readonly outsideOf: (x: Value) => Value;
	/** Over the specialists that each group is outside of: `[batch, specialists]` → `[batch, groups]`. */
	readonly without: (x: Value) => Value;
}

const rules = {
	kl: ({ g, p, add, inside, dustbins, outside, voices, sumUp, spread }, iterations) => {
		const own = add(p, inside);
		const masses = sumUp(own);
		// On few numbers, in doubles: where it is slow, steps become smaller than what float32 can tell apart.
		const [b, d, count, without] = [masses, dustbins, voices, outside].map((x) => cast(g, x, "double"));
		if (b === undefined || d === undefined || count === undefined || without === undefined) return own;
		const q = addLoop(g, g.op("Div", [b, count]), iterations, (body, before) => {
			const least = body.scalar(leastMass, b);
			const rates = body.op("Div", [d, body.op("Max", [body.op("MatMul", [before, without]), least])]);
			const dealt = body.op("Mul", [before, body.op("Gemm", [rates, without], { transB: int(1) })]);
			return body.op("Div", [body.op("Add", [b, dealt]), count]);
		});
		return g.op("Mul", [own, spread(cast(g, g.op("Div", [q, b]), "float"))]);
	},
	arithmetic: ({ g, p, add, inside, dustbins, voices, sumUp, spread, outsideOf, without }) => {
		const rates = g.op("Div", [dustbins, g.op("Max", [outsideOf(sumUp(p)), g.scalar(leastMass)])]);
		return g.op("Div", [g.op("Add", [add(p, inside), g.op("Mul", [p, spread(without(rates))])]), voices]);
	},
	geometric: ({ g, p, add, inside, dustbins, active, voices, sumUp, spread, outsideOf, without }) => {
		const log = (x: Value): Value => g.op("Log", [g.op("Max", [x, g.scalar(leastMass)])]);
		const dealt = g.op("Mul", [active, g.op("Sub", [log(dustbins), log(outsideOf(sumUp(p)))])]);
		const copies = g.op("Add", [spread(without(active)), g.scalar(1)]);
		const sum = add(g.op("Add", [g.op("Mul", [copies, log(p)]), spread(without(dealt))]), log(inside));
		return g.op("Softmax", [g.op("Div", [sum, voices])], { axis: int(1) });
	},
} as const satisfies Record<CombinationRule, (parts: Parts, iterations: number) => Value>;

function combined(
	g: Graph,
	generalist: Value,
	answers: readonly Value[],
	specialists: ClassSets,
	{ rule, n = 1, iterations = 1000 }: CombinationGraphOptions,
): Value {
	const [, top] = g.ops("TopK", [generalist, g.integers([n])], { axis: int(1) });
	if (top === undefined) throw new LimbeckError("model", { where: "TopK", expected: "two outputs", got: "one" });
	const parts = partsOf(g, generalist, answers, specialists, top);
	// Where none is active, the generalist as it is, its zeros included.
	const none = g.op("Equal", [parts.voices, g.scalar(1)]);
	return g.op("Where", [none, generalist, rules[rule](parts, iterations)]);
}

function partsOf(g: Graph, generalist: Value, answers: readonly Value[], specialists: ClassSets, top: Value): Parts {
	const classes = generalist.dims[1] ?? 0;
	const specialistsOf = specialistsOfClasses(specialists, classes);
	const keys = specialistsOf.map((list) => list.join());
	const groups = [...new Set(keys)];
	const groupOf = g.integers(keys.map((key) => groups.indexOf(key)));
	const members = matrix(g, specialistsOf, specialists.length, (list, m) => list.includes(m));
	const firsts = groups.map((key) => specialistsOf[keys.indexOf(key)] ?? []);
	const outside = matrix(g, firsts, specialists.length, (list, m) => !list.includes(m));
	const active = g.op("ReduceMax", [g.op("Gather", [members, top], { axis: int(0) }), g.integers([1])], {
		keepdims: int(0),
	});
	const places = specialists.flatMap((set, m) => set.map(() => m));
	const along = { axis: int(1) };
	const part = (from: number, to: number, x: Value): Value =>
		g.op("Slice", [x, g.integers([from]), g.integers([to]), g.integers([1])]);
	const sets = specialists.map((set, m) => ({ size: set.length, answer: answers[m] ?? generalist }));
	const inside = g.op(
		"Concat",
		sets.map(({ size, answer }) => part(0, size, answer)),
		along,
	);
	const dustbins = g.op(
		"Concat",
		sets.map(({ size, answer }) => part(size, size + 1, answer)),
		along,
	);
	// A zero for each case: it gives constant indices the size of the batch.
	const zero = g.op("Mul", [part(0, 1, top), g.scalar(0, top)]);
	const everyCase = (indices: readonly number[]): Value =>
		g.op("Add", [g.op("Unsqueeze", [g.integers(indices), g.integers([0])]), zero]);
	const scatter = (to: Value, indices: Value, updates: Value): Value =>
		g.op("ScatterElements", [to, indices, updates], { ...along, reduction: text("add") });
	const activeInside = g.op("Gather", [active, g.integers(places)], along);
	const nothing = g.op("Mul", [g.op("Cast", [zero], { to: int(1) }), matrixOfZeros(g, groups.length)]);
	const ofGroups = everyCase(keys.map((key) => groups.indexOf(key)));
	const ofSlots = everyCase(specialists.flat());
	return {
		g,
		p: g.op("Max", [generalist, g.scalar(leastMass)]),
		add: (to, updates) => scatter(to, ofSlots, g.op("Mul", [updates, activeInside])),
		inside,
		dustbins: g.op("Mul", [dustbins, active]),
		active,
		outside,
		voices: g.op("Add", [g.op("ReduceSum", [active, g.integers([1])], { keepdims: int(1) }), g.scalar(1)]),
		sumUp: (x) => scatter(nothing, ofGroups, x),
		spread: (x) => g.op("Gather", [x, groupOf], along),
		outsideOf: (x) => g.op("MatMul", [x, outside]),
		without: (x) => g.op("Gemm", [x, outside], { transB: int(1) }),
	};
}

/** No mass may move by more of itself in the last step. */
const tolerance = 1e-10;

/** Takes steps until all rows of `[batch, …]` stay where they are. */
function addLoop(g: Graph, start: Value, most: number, step: (body: Graph, before: Value) => Value): Value {
	const body = g.body();
	body.input("em/step", { type: "int64", dims: [] });
	body.input("em/condition", { type: "bool", dims: [] });
	const before = body.input("em/masses", start);
	const after = step(body, before);
	// In proportion: a mass that was nearly 0 may have a long way to go.
	const change = body.op("Div", [body.op("Abs", [body.op("Sub", [after, before])]), after]);
	const moved = body.op("ReduceMax", [change], { keepdims: int(0) });
	const graph = body.toOnnx("em", [
		["em/go_on", body.op("Greater", [moved, body.scalar(tolerance, moved)])],
		[after.name, after],
	]);
	// Built for one case, run with any number.
	const freed = (info: OnnxValueInfo): OnnxValueInfo =>
		info.dims?.length === 2 ? { ...info, dims: ["batch", ...info.dims.slice(1)] } : info;
	const value = { ...graph, inputs: graph.inputs.map(freed), outputs: graph.outputs.map(freed) };
	const always = g.constant({ type: "bool", dims: [], data: Uint8Array.of(1) });
	const count = g.constant({ type: "int64", dims: [], data: BigInt64Array.of(BigInt(most)) });
	const [masses = start] = g.add("Loop", "", [count, always, start], [start], { body: { kind: "graph", value } }, "em");
	return masses;
}

/** A constant of ones and zeros, `[rows, columns]`. */
function matrix<Row>(
	g: Graph,
	rows: readonly Row[],
	columns: number,
	is: (row: Row, column: number) => boolean,
): Value {
	const data = Float32Array.from({ length: rows.length * columns }, (_, at) => {
		const row = rows[Math.floor(at / columns)];
		return row !== undefined && is(row, at % columns) ? 1 : 0;
	});
	return g.constant({ type: "float", dims: [rows.length, columns], data });
}

function matrixOfZeros(g: Graph, columns: number): Value {
	return g.constant({ type: "float", dims: [1, columns], data: new Float32Array(columns) });
}
