/** Local functions of a model, put in the place of their calls. Source: ONNX IR specification, "Functions". */
import { modelError, quote } from "./model-error.js";
import type { Message } from "./schema.js";

type Node = Message<"Node">;
type Attribute = Message<"Attribute">;
type Definition = Message<"Function">;

/** A function by what a node that calls it says. */
function keyOf(domain: string | undefined, name: string | undefined, overload: string | undefined): string {
	return JSON.stringify([domain ?? "", name ?? "", overload ?? ""]);
}

/** How deep functions may call functions. */
const deepest = 200;

/** What an inlining shares. */
interface Inlining {
	readonly functions: ReadonlyMap<string, Definition>;
	/** Calls so far, to tell their names apart. */
	readonly counts: { calls: number };
}

/** What stands for the names and the attributes of a function's own in one of its calls. */
interface Call {
	readonly nameOf: (name: string) => string;
	readonly attributes: ReadonlyMap<string, Attribute>;
}

/**
 * The message with the nodes of its local functions in place of the calls, and the operator sets that these need.
 *
 * @throws LimbeckError (`model`) for functions that call themselves, that grow beyond `mostNodes`, or that are written for
 * another version of an operator set than the model.
 */
export function inlineFunctions(message: Message<"Model">, where: string, mostNodes: number): Message<"Model"> {
	const { functions = [], graph, ...rest } = message;
	if (functions.length === 0 || graph === undefined) return message;
	const inlining: Inlining = {
		functions: new Map(functions.map((one) => [keyOf(one.domain, one.name, one.overload), one])),
		counts: { calls: 0 },
	};
	refuseGrowth(graph, inlining.functions, where, mostNodes);
	const unchanged: Call = { nameOf: (name) => name, attributes: new Map() };
	return {
		...rest,
		graph: inlinedGraph(graph, unchanged, inlining),
		opsetImport: joinedOpsets(message, functions, where),
	};
}

/** Counts the nodes that a graph will have, before any is made: calls of calls double them quickly. */
function refuseGrowth(
	graph: Message<"Graph">,
	functions: ReadonlyMap<string, Definition>,
	where: string,
	mostNodes: number,
): void {
	const sizes = new Map<Definition, number>();
	const open = new Set<Definition>();
	const sizeOf = (nodes: readonly Node[] = []): number =>
		nodes.reduce((sum, node) => {
			const bodies = (node.attribute ?? []).reduce((inside, { g }) => inside + sizeOf(g?.node), 0);
			const called = functions.get(keyOf(node.domain, node.opType, node.overload));
			return sum + bodies + (called === undefined ? 1 : sizeOfCall(called));
		}, 0);
	const sizeOfCall = (called: Definition): number => {
		const place = `${where}, function ${quote(called.name ?? "")}`;
		if (open.has(called)) throw modelError(place, "functions that do not call themselves", "one that does");
		if (open.size > deepest) throw modelError(place, `calls at most ${String(deepest)} deep`, "more");
		open.add(called);
		const size = sizes.get(called) ?? sizeOf(called.node);
		open.delete(called);
		sizes.set(called, size);
		return size;
	};
	if (sizeOf(graph.node) > mostNodes) throw modelError(where, `at most ${String(mostNodes)} nodes`, "more");
}

/** The model's operator sets with those of its functions, without the functions' own domains. */
function joinedOpsets(
	{ opsetImport = [] }: Message<"Model">,
	functions: readonly Definition[],
	where: string,
): readonly Message<"OperatorSetId">[] {
	const own = new Set(functions.map(({ domain = "" }) => domain));
	const versions = new Map(opsetImport.map((one) => [one.domain ?? "", one]));
	for (const { name = "", opsetImport: imports = [] } of functions) {
		for (const one of imports) {
			const { domain = "", version = 1 } = one;
			const known = versions.get(domain)?.version;
			if (known !== undefined && known !== version && !own.has(domain)) {
				throw modelError(
					`${where}, function ${quote(name)}`,
					`operators ${quote(domain)} of the model's version ${String(known)}`,
					String(version),
					"Put its nodes in place of the calls with onnx.inliner.inline_local_functions(model, convert_version=True).",
				);
			}
			versions.set(domain, one);
		}
	}
	return [...versions.values()].filter(({ domain = "" }) => domain === "" || !own.has(domain));
}

function inlinedGraph(graph: Message<"Graph">, call: Call, inlining: Inlining): Message<"Graph"> {
	return {
		...graph,
		node: (graph.node ?? []).flatMap((node) => inlinedNode(node, call, inlining)),
		input: (graph.input ?? []).map((info) => renamed(info, call)),
		output: (graph.output ?? []).map((info) => renamed(info, call)),
		valueInfo: (graph.valueInfo ?? []).map((info) => renamed(info, call)),
		initializer: (graph.initializer ?? []).map((tensor) => renamed(tensor, call)),
	};
}

function renamed<T extends { readonly name?: string | undefined }>(named: T, { nameOf }: Call): T {
	return named.name === undefined ? named : { ...named, name: nameOf(named.name) };
}

/** A node as it stands in the graph around the call; the nodes of a function, where it calls one. */
function inlinedNode(node: Node, call: Call, inlining: Inlining): readonly Node[] {
	const placed: Node = {
		...node,
		input: (node.input ?? []).map((name) => (name === "" ? "" : call.nameOf(name))),
		output: (node.output ?? []).map((name) => (name === "" ? "" : call.nameOf(name))),
		attribute: (node.attribute ?? []).flatMap((one) => inlinedAttribute(one, call, inlining)),
	};
	const called = inlining.functions.get(keyOf(node.domain, node.opType, node.overload));
	if (called === undefined) return [placed];
	return bodyOf(called, placed, inlining);
}

/** A function's nodes for one call, whose names are those of the graph around it. */
function bodyOf(called: Definition, node: Node, inlining: Inlining): readonly Node[] {
	inlining.counts.calls++;
	const prefix = `${called.name ?? ""}_${String(inlining.counts.calls)}/`;
	const names = new Map((called.input ?? []).map((name, at) => [name, node.input?.[at] ?? ""]));
	const outputs = (called.output ?? []).flatMap((name, at) => {
		const outer = node.output?.[at] ?? "";
		return outer === "" ? [] : [[name, outer] as const];
	});
	const made = new Set((called.node ?? []).flatMap(({ output = [] }) => output));
	for (const [name, outer] of outputs) if (made.has(name)) names.set(name, outer);
	const call: Call = {
		nameOf: (name) => names.get(name) ?? `${prefix}${name}`,
		attributes: new Map(
			[...(called.attributeProto ?? []), ...(node.attribute ?? [])].map((one) => [one.name ?? "", one]),
		),
	};
	// An output that is an input of the function as it is has no node that could take its name.
	const passed = outputs.filter(([name]) => !made.has(name));
	return [
		...(called.node ?? []).flatMap((one) => inlinedNode(one, call, inlining)),
		...passed.map(([name, outer]): Node => ({ opType: "Identity", input: [call.nameOf(name)], output: [outer] })),
	];
}

/** An attribute of a node inside a function: what the call says in the place of a reference, and nothing where it says nothing. */
function inlinedAttribute(attribute: Attribute, call: Call, inlining: Inlining): readonly Attribute[] {
	const { refAttrName, name, g } = attribute;
	if (refAttrName !== undefined && refAttrName !== "") {
		const given = call.attributes.get(refAttrName);
		return given === undefined ? [] : [{ ...given, name }];
	}
	return [g === undefined ? attribute : { ...attribute, g: inlinedGraph(g, call, inlining) }];
}
