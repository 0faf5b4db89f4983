/**
 * Reverse-mode differentiation as a transformation of a graph. The walk knows nothing about any operator: rules live
 * in `ops/`, one per operator; here gradients are accumulated, summed over broadcast axes, and stopped where nothing
 * below wants them.
 */
import { LimbeckError } from "../errors.js";
import type { Graph, Node } from "../graph/graph.js";
import { describeType, sameDims, type Value } from "../graph/value.js";
import { operatorOf } from "../ops/index.js";

/**
 * Adds the nodes that compute the gradient of `loss` with respect to each of `wanted`.
 *
 * @param g - the graph that `loss` was built in.
 * @param loss - a scalar, `[]`.
 * @param wanted - values of `g`; usually the parameters.
 * @param seed - a scalar that all gradients are multiplied by; 1 where absent.
 * @returns the gradients in the order of `wanted`, each of the shape of its value.
 * @throws LimbeckError (`model`) where the loss does not depend on a wanted value, or where an operator on the way has
 * no gradient; the message names the node.
 */
export function gradients(g: Graph, loss: Value, wanted: readonly Value[], seed?: Value): readonly Value[] {
	if (loss.dims.length !== 0) {
		throw new LimbeckError("model", { where: "gradients", expected: "a scalar loss", got: describeType(loss) });
	}
	const nodes = [...g.nodes];
	const dependent = dependentOn(nodes, wanted);
	const found = new Map<string, Value>([[loss.name, seed ?? g.scalar(1, loss)]]);
	for (const node of nodes.reverse()) backward(g, node, dependent, found);
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
		if (!node.inputs.some((input) => input !== undefined && names.has(input.name))) continue;
		for (const output of node.outputs) names.add(output.name);
	}
	return names;
}

/** Carries the gradients of a node's outputs to those of its inputs that lead to a wanted value. */
function backward(g: Graph, node: Node, dependent: ReadonlySet<string>, found: Map<string, Value>): void {
	const { inputs, outputs, attributes } = node;
	if (!outputs.some(({ name }) => found.has(name))) return;
	const wants = inputs.map((input) => input !== undefined && dependent.has(input.name));
	if (!wants.includes(true)) return;
	const statistic = outputs.find(({ name, optional }) => optional === true && found.has(name));
	if (statistic !== undefined) throw noRule(statistic, `the statistics of ${node.opType}`);
	const dyOf = (index: number): Value => {
		const output = outputs[index];
		if (output === undefined) throw new TypeError(`${node.opType}: expected an output ${index}, got none`);
		return found.get(output.name) ?? g.op("Expand", [g.scalar(0, output), g.integers(output.dims)]);
	};
	const rules = vjpOf(node)({ g, inputs, outputs, dy: dyOf(0), dyOf, attributes });
	for (const [index, input] of inputs.entries()) {
		const rule = rules[index];
		if (input === undefined || wants[index] !== true || rule === undefined) continue;
		const gradient = unbroadcast(g, rule(), input);
		const before = found.get(input.name);
		found.set(input.name, before === undefined ? gradient : g.op("Add", [before, gradient]));
	}
}

function vjpOf(node: Node): Exclude<NonNullable<ReturnType<typeof operatorOf>>["vjp"], string> {
	const vjp = operatorOf(node.opType)?.vjp;
	if (vjp !== undefined && vjp !== "nondifferentiable") return vjp;
	throw noRule(node.outputs[0], node.opType);
}

function noRule(output: Value | undefined, got: string): LimbeckError {
	return new LimbeckError("model", {
		where: `gradient through ${output?.name ?? "a node"}`,
		expected: "an operator with a gradient rule",
		got,
		hint: "Freeze what lies below this node, or replace it.",
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
