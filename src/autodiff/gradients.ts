/**
 * Reverse-mode differentiation as a transformation of a graph. The walk knows nothing about any operator: rules live
 * in `ops/`, one per operator; here gradients are accumulated, summed over broadcast axes, and stopped where nothing
 * below wants them.
 */
import { LimbeckError } from "../errors.js";
import { type Graph, type Node, outerNames } from "../graph/graph.js";
import { describeType, sameDims, type Value } from "../graph/value.js";
import { operatorOf } from "../ops/index.js";
import type { Operator } from "../ops/operator.js";
import { isFloating } from "../ops/rules.js";

/**
 * Adds the nodes that compute the gradient of `loss` with respect to each of `wanted`.
 *
 * @param g - the graph that `loss` was built in.
 * @param loss - a scalar, `[]`.
 * @param wanted - values of `g`; usually the parameters.
 * @param seed - a scalar that all gradients are multiplied by; 1 where absent.
 * @returns the gradients in the order of `wanted`, each of the shape of its value.
 * @throws LimbeckError (`model`) where the loss does not depend on a wanted value, or where operators on the way have
 * no gradient, or none for the input that it would take; the message names their nodes.
 */
export function gradients(g: Graph, loss: Value, wanted: readonly Value[], seed?: Value): readonly Value[] {
	if (loss.dims.length !== 0) {
		throw new LimbeckError("model", { where: "gradients", expected: "a scalar loss", got: describeType(loss) });
	}
	const nodes = [...g.nodes];
	const dependent = dependentOn(nodes, wanted);
	const found = new Map<string, Value>([[loss.name, seed ?? g.scalar(1, loss)]]);
	const refused = nodes.reverse().flatMap((node) => backward(g, node, dependent, found));
	if (refused.length > 0) throw noRules(refused.reverse());
	return wanted.map((value) => {
		const gradient = found.get(value.name);
		if (gradient !== undefined) return gradient;
		throw new LimbeckError("model", {
			where: `gradient of ${value.name}`,
			expected: "a value that the loss depends on",
			got: "one that it does not",
			hint: "Freeze it, or leave it out of what is trained.",
		});
	});
}

/** Names of the wanted values and of all that is computed from them. */
function dependentOn(nodes: readonly Node[], wanted: readonly Value[]): ReadonlySet<string> {
	const names = new Set(wanted.map((value) => value.name));
	for (const node of nodes) {
		if (!usedNames(node).some((name) => names.has(name))) continue;
		for (const output of node.outputs) names.add(output.name);
	}
	return names;
}

/** The values that a node uses: its inputs, and what its bodies take from the graph around them. */
function usedNames({ inputs, attributes }: Node): readonly string[] {
	return [...inputs.flatMap((input) => input?.name ?? []), ...outerNames(attributes)];
}

/** What has no gradient rule: an operator, one of its inputs, or the statistics that it gives beside its output. */
interface Refused {
	readonly output: Value | undefined;
	readonly what: string;
}

/**
 * Carries the gradients of a node's outputs to those of its inputs that lead to a wanted value.
 *
 * @returns what has no rule and needs one. Zeros are carried on from there, so that the walk finds the others, too.
 */
function backward(g: Graph, node: Node, dependent: ReadonlySet<string>, found: Map<string, Value>): readonly Refused[] {
	const { inputs, outputs, attributes, opType } = node;
	if (!outputs.some(({ name }) => found.has(name))) return [];
	const wants = inputs.map((input) => input !== undefined && isFloating(input.type) && dependent.has(input.name));
	const inside = outerNames(attributes).some((name) => dependent.has(name));
	if (!wants.includes(true) && !inside) return [];
	const zerosLike = (value: Value): Value => g.op("Expand", [g.scalar(0, value), g.integers(value.dims)]);
	const dyOf = (index: number): Value => {
		const output = outputs[index];
		if (output === undefined) throw new TypeError(`${opType}: expected an output ${index}, got none`);
		return found.get(output.name) ?? zerosLike(output);
	};
	const rule = ruleOf(node, found);
	const refused: Refused[] = "vjp" in rule ? [] : [rule];
	const answers = "vjp" in rule ? rule.vjp({ g, inputs, outputs, dy: dyOf(0), dyOf, attributes }) : [];
	for (const [index, input] of inputs.entries()) {
		if (input === undefined || wants[index] !== true) continue;
		const answer = answers[index];
		if (answer === "none") continue;
		if (answer === undefined && "vjp" in rule) refused.push(withoutAnswer(node, index));
		const gradient = answer === undefined ? zerosLike(input) : unbroadcast(g, answer(), input);
		const before = found.get(input.name);
		found.set(input.name, before === undefined ? gradient : g.op("Add", [before, gradient]));
	}
	return refused;
}

function withoutAnswer({ opType, inputs, outputs }: Node, index: number): Refused {
	return { output: outputs[0], what: `input ${index} of ${opType} (${inputs[index]?.name ?? "none"})` };
}

function ruleOf(
	{ opType, outputs }: Node,
	found: ReadonlyMap<string, Value>,
): { readonly vjp: Exclude<Operator["vjp"], string> } | Refused {
	const statistic = outputs.find(({ name, optional }) => optional === true && found.has(name));
	if (statistic !== undefined) return { output: statistic, what: `the statistics of ${opType}` };
	const vjp = operatorOf(opType)?.vjp;
	return vjp === undefined || vjp === "nondifferentiable" ? { output: outputs[0], what: opType } : { vjp };
}

function noRules(refused: readonly Refused[]): LimbeckError {
	return new LimbeckError("model", {
		where: `gradient through ${refused.map(({ output }) => output?.name ?? "a node").join(", ")}`,
		expected: "operators with a gradient rule",
		got: refused.map(({ what }) => what).join(", "),
		hint: "Freeze what lies below these nodes, or replace them.",
	});
}

/** Sums `gradient` over the axes along which `value` was stretched. */
function unbroadcast(g: Graph, gradient: Value, value: Value): Value {
	if (sameDims(gradient.dims, value.dims)) return gradient;
	const lead = gradient.dims.length - value.dims.length;
	const axes = gradient.dims.flatMap((dim, axis) =>
		axis < lead || (value.dims[axis - lead] === 1 && dim !== 1) ? [axis] : [],
	);
	const summed = g.op("ReduceSum", [gradient, g.integers(axes)], { keepdims: { kind: "int", value: 0 } });
	return sameDims(summed.dims, value.dims) ? summed : g.op("Reshape", [summed, g.integers(value.dims)]);
}
