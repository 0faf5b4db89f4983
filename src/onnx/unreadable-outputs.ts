/** Outputs that are no tensors of numbers: maps that a ZipMap makes of scores, and texts. */
import type { Message } from "./schema.js";
import { dataTypes } from "./tensor.js";

const numbered = new Set<number>(Object.values(dataTypes));

/**
 * A graph of which every output is a tensor of numbers, where it can be so: the scores that a ZipMap makes maps of take
 * the place of its output; other outputs that are no tensors of numbers go where one that is stays, with what only they
 * need. What cannot be mended is left, for decoding to refuse.
 */
export function withReadableOutputs(graph: Message<"Graph">): Message<"Graph"> {
	const { output: outputs = [], node: nodes = [] } = graph;
	if (outputs.every(isReadable)) return graph;
	const scores = outputs.map((output) => (isReadable(output) ? output : (scoresOf(graph, output) ?? output)));
	const readable = scores.filter(isReadable);
	if (readable.length === 0) return graph;
	const needed = namesNeeded(
		nodes,
		readable.flatMap(({ name = "" }) => name),
	);
	const kept = nodes.filter(({ output = [] }) => output.some((name) => needed.has(name)));
	const has = ({ name = "" }: { readonly name?: string | undefined }): boolean => needed.has(name);
	return {
		...graph,
		node: kept,
		output: readable,
		initializer: (graph.initializer ?? []).filter(has),
		valueInfo: (graph.valueInfo ?? []).filter(has),
	};
}

/** Names of all values that some are made of, in whatever order nodes stand. */
function namesNeeded(nodes: readonly Message<"Node">[], names: readonly string[]): ReadonlySet<string> {
	const makers = new Map(nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)));
	const needed = new Set(names);
	// A set that grows is walked to its end.
	for (const name of needed) {
		const maker = makers.get(name);
		if (maker !== undefined) for (const one of namesUsed(maker)) needed.add(one);
	}
	return needed;
}

/** What a node reads: its inputs, and what its bodies may take from around them. */
function namesUsed({ input = [], attribute = [] }: Message<"Node">): readonly string[] {
	const inside = ({ node = [], output = [] }: Message<"Graph">): readonly string[] => [
		...node.flatMap(namesUsed),
		...output.flatMap(({ name = "" }) => name),
	];
	return [...input, ...attribute.flatMap(({ g }) => (g === undefined ? [] : inside(g)))];
}

function isReadable({ type }: Message<"ValueInfo">): boolean {
	// One that has no type at all is for decoding to refuse.
	const odd = type?.sequenceType !== undefined || type?.mapType !== undefined;
	return !odd && (type?.tensorType === undefined || numbered.has(type.tensorType.elemType ?? 0));
}

/** The tensor of scores that a ZipMap makes an output of: float, of any shape where the file does not tell it. */
function scoresOf(
	{ node = [], valueInfo = [] }: Message<"Graph">,
	{ name }: Message<"ValueInfo">,
): Message<"ValueInfo"> | undefined {
	const maker = node.find(
		({ opType, output = [] }) => opType === "ZipMap" && name !== undefined && output.includes(name),
	);
	const scores = maker?.input?.[0];
	if (scores === undefined) return undefined;
	const known = valueInfo.find((info) => info.name === scores && info.type?.tensorType !== undefined);
	return known ?? { name: scores, type: { tensorType: { elemType: dataTypes.float } } };
}
