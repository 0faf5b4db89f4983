/**
 * Parameters that an exporter has dropped. torch.onnx.export (dynamo) writes equal tensors once, and leaves out biases of
 * zeros: of a fresh network these are many, and each layer has its own in the module. The file still lists all parameters,
 * and says in which module each node stands.
 */
import type { Message } from "./schema.js";

type Node = Message<"Node">;

/** An input of a node: the first output of the node, and which input. */
export type InputPlace = readonly [output: string, index: number];

/** A parameter whose place another value has taken. */
export interface Separate {
	readonly name: string;
	/** The value in its place. */
	readonly of: string;
	/** The inputs that it belongs to. */
	readonly places: readonly InputPlace[];
	/** Whether the two are parameters of different kinds, which are equal only while they are filled with one number. */
	readonly filled: boolean;
}

/** A parameter that would use a value. */
type Claim = Pick<Separate, "name" | "filled">;

/** A bias of zeros that its layers go without. */
export interface DroppedBias {
	readonly name: string;
	readonly users: readonly string[];
}

/** What the file says of its parameters. */
export interface ListedParameters {
	/** All parameters of the module, in its order. */
	readonly targets: readonly string[];
	/** Those that no value was made of. */
	readonly missing: readonly string[];
	/** By value, the parameters that it was made of. */
	readonly roots: ReadonlyMap<string, readonly string[]>;
	/** In which module a node stands, by its path; `undefined` where the file does not say. */
	readonly moduleOf: (node: Node) => string | undefined;
}

/** An input that is a value made of parameters. */
interface Use {
	readonly node: Node;
	readonly index: number;
	readonly of: string;
}

const outputOf = ({ output = [] }: Node): string => output[0] ?? "";

/** The path of the module that has a parameter. */
const ownerOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf(".")));

/** How many parts two paths have in common at their ends. */
function commonEnd(a: string, b: string): number {
	const [left, right] = [a.split(".").reverse(), b.split(".").reverse()];
	const differs = left.findIndex((part, at) => part !== right[at]);
	return differs === -1 ? left.length : differs;
}

/** The uses of values made of parameters, also through nodes that depend on nothing else, by the module of the user. */
function usesByModule(graph: Message<"Graph">, { roots, moduleOf }: ListedParameters): ReadonlyMap<string, Use[]> {
	const sources = new Map<string, ReadonlySet<string>>();
	for (const { name = "" } of graph.initializer ?? []) sources.set(name, new Set());
	for (const name of roots.keys()) sources.set(name, new Set([name]));
	const found = new Map<string, Use[]>();
	for (const node of graph.node ?? []) {
		const { input = [], output = [], opType } = node;
		if (opType === "Constant" || (input.length > 0 && input.every((name) => name === "" || sources.has(name)))) {
			const made = new Set(input.flatMap((name) => [...(sources.get(name) ?? [])]));
			for (const name of output) sources.set(name, made);
			continue;
		}
		const module = moduleOf(node);
		if (module === undefined) continue;
		const uses = input.flatMap((name, index) => Array.from(sources.get(name) ?? [], (of) => ({ node, index, of })));
		found.set(module, [...(found.get(module) ?? []), ...uses]);
	}
	return found;
}

/** Which input of a normalisation a parameter or statistic is, by the last part of its name. */
const normalisationInputs: Readonly<Record<string, number>> = { weight: 1, bias: 2, running_mean: 3, running_var: 4 };

const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
const isNormalisation = ({ opType = "" }: Node): boolean => opType.endsWith("Normalization");

/** Whether an input can be a parameter of that name: in a normalisation a gain is no variance, even where both are ones. */
const canBe = (name: string, { node, index }: Use): boolean =>
	!isNormalisation(node) || (normalisationInputs[lastPart(name)] ?? index) === index;

/**
 * Modules that have several names, by all but the last of these: the exporter calls what is in them by the last. One that
 * has a value of its own is no other.
 */
function aliasesIn(
	modules: ReadonlyMap<string, readonly Use[]>,
	{ roots, targets }: ListedParameters,
): ReadonlyMap<string, string> {
	const places = new Map(targets.map((name, at) => [name, at]));
	const owners = new Set([...roots.values()].flat().map(ownerOf));
	const aliases = new Map<string, string>();
	for (const [module, uses] of modules) {
		if (owners.has(module)) continue;
		const found = uses.flatMap((use) =>
			(roots.get(use.of) ?? []).flatMap((root) => {
				const name = `${module}.${root.slice(root.lastIndexOf(".") + 1)}`;
				const isLater = (places.get(name) ?? Infinity) < (places.get(root) ?? -1);
				return isLater && canBe(root, use) ? [{ owner: ownerOf(root), score: commonEnd(name, root) }] : [];
			}),
		);
		const [best] = found.sort((a, b) => b.score - a.score);
		if (best !== undefined) aliases.set(module, best.owner);
	}
	return aliases;
}

/** The nearest module around a parameter that has nodes: layers that others compute for have none of their own. */
function homeOf(name: string, modules: ReadonlyMap<string, unknown>): string {
	let home = ownerOf(name);
	while (home !== "" && !modules.has(home)) home = ownerOf(home);
	return home;
}

/** The value that has taken a parameter's place, without a name where the module has one for both; `undefined` if none. */
function takenBy(
	name: string,
	home: string,
	uses: readonly Use[],
	{ roots, targets }: ListedParameters,
): { readonly of?: string } | undefined {
	const least = home === ownerOf(name) ? 1 : 2;
	const scored = uses.flatMap(({ of }) =>
		(roots.get(of) ?? []).flatMap((root) => {
			const isOther = home === "" ? root.includes(".") : !root.startsWith(`${home}.`);
			const score = commonEnd(name, root);
			return score >= least && isOther ? [{ of, root, score }] : [];
		}),
	);
	const [best] = scored.sort((a, b) => b.score - a.score);
	if (best === undefined) return undefined;
	// A tied parameter has the last of its names; what is merely equal has the first.
	return targets.indexOf(best.root) > targets.indexOf(name) ? {} : { of: best.of };
}

/** Inputs, by operator, that a bias of zeros is left out of. */
const biasInput: Readonly<Record<string, number>> = { Gemm: 2, Conv: 2, ConvTranspose: 2 };

/** What an exporter has dropped in one module, and the nodes around it. */
interface Home {
	readonly path: string;
	/** What is missing, in the order of the module. */
	readonly names: readonly string[];
	readonly uses: readonly Use[];
	readonly listed: ListedParameters;
	/** By value, the parameters that would use it. */
	readonly claims: Map<string, readonly Claim[]>;
}

function claimsOf({ path, listed, claims }: Home, of: string): readonly Claim[] {
	const own = (listed.roots.get(of) ?? []).filter((root) => ownerOf(root) === path);
	return claims.get(of) ?? own.map((root) => ({ name: root, filled: false }));
}

/** The layers that go without a bias, next to a weight of the same module. */
function withoutBias(name: string, { uses, claims, listed }: Home): readonly string[] {
	const owner = ownerOf(name);
	if (owner === "" || !/[._]bias$/.test(name)) return [];
	const bare = uses.filter(({ node: { opType = "", input = [] }, of, index }) => {
		const at = biasInput[opType];
		const names = [...(listed.roots.get(of) ?? []), ...(claims.get(of) ?? []).map((one) => one.name)];
		return (
			at !== undefined && (input[at] ?? "") === "" && index === 1 && names.some((one) => one.startsWith(`${owner}.`))
		);
	});
	return [...new Set(bare.map(({ node }) => outputOf(node)))];
}

/** What an exporter has dropped. */
interface Dropped {
	readonly separate: readonly Separate[];
	readonly biases: readonly DroppedBias[];
	/** Parameters of which nothing shows where they belong. */
	readonly lost: readonly string[];
}

/** What an exporter has dropped of a module's parameters, as far as the graph tells where they belong. */
export function droppedParameters(graph: Message<"Graph">, listed: ListedParameters): Dropped {
	const byName = usesByModule(graph, listed);
	const aliases = aliasesIn(byName, listed);
	const modules = new Map<string, Use[]>();
	for (const [name, uses] of byName) {
		const path = aliases.get(name) ?? name;
		modules.set(path, [...(modules.get(path) ?? []), ...uses]);
	}
	const missing = new Map<string, string[]>();
	for (const name of listed.missing.filter((one) => !aliases.has(ownerOf(one)))) {
		const home = homeOf(name, modules);
		missing.set(home, [...(missing.get(home) ?? []), name]);
	}
	const homes = Array.from(missing, ([path, names]) =>
		inHome({ path, names, uses: modules.get(path) ?? [], listed, claims: new Map() }),
	);
	const separate = homes.flatMap((home) => home.separate);
	const folded = foldedInto(separate, modules);
	return {
		separate: separate.filter(({ of }) => !folded.has(of)),
		biases: homes.flatMap(({ biases }) => biases),
		lost: [
			...homes.flatMap(({ lost }) => lost),
			...separate.filter(({ of }) => folded.has(of)).map(({ name }) => name),
		],
	};
}

/**
 * Values of which no use would be left to their own parameters: a layer that was folded into the one before it stands in
 * the module of the layer that is gone, and its weight is no copy of what that had.
 */
function foldedInto(separate: readonly Separate[], modules: ReadonlyMap<string, readonly Use[]>): ReadonlySet<string> {
	const uses = [...modules.values()].flat();
	const places = (of: string): number => separate.filter((one) => one.of === of).flatMap((one) => one.places).length;
	const all = [...new Set(separate.map(({ of }) => of))];
	return new Set(all.filter((of) => places(of) >= uses.filter((use) => use.of === of).length));
}

/** What a normalisation has lost of its own: the name tells the place, whatever equal value is there. */
function inNormalisations({ path, names, uses, listed }: Home): readonly Separate[] {
	return names.flatMap((name) => {
		const input = ownerOf(name) === path ? normalisationInputs[lastPart(name)] : undefined;
		const found = uses.filter(({ node, index }) => isNormalisation(node) && index === input);
		const [first] = found;
		if (first === undefined || found.some(({ of }) => of !== first.of)) return [];
		const filled = (listed.roots.get(first.of) ?? []).every((root) => lastPart(root) !== lastPart(name));
		return [{ name, of: first.of, places: found.map(({ node, index }) => [outputOf(node), index] as const), filled }];
	});
}

function inHome(whole: Home): Dropped {
	const placed = inNormalisations(whole);
	const isPlaced = ({ node, index, of }: Use): boolean =>
		placed.some((one) => one.of === of && one.places.some(([output, at]) => output === outputOf(node) && at === index));
	const names = whole.names.filter((name) => !placed.some((one) => one.name === name));
	const rest = inferredIn({ ...whole, names, uses: whole.uses.filter((use) => !isPlaced(use)) });
	return { ...rest, separate: [...placed, ...rest.separate] };
}

/** What a module has lost, where names and numbers of uses tell the places. */
function inferredIn(home: Home): Dropped {
	const { path, names, uses, listed, claims } = home;
	const biases: DroppedBias[] = [];
	const lost: string[] = [];
	const left = names.filter((name) => {
		const taken = takenBy(name, path, uses, listed);
		if (taken?.of !== undefined) claims.set(taken.of, [...claimsOf(home, taken.of), { name, filled: false }]);
		return taken === undefined;
	});
	for (const name of left) {
		const bare = withoutBias(name, home);
		const spare = bare.length === 0 && path === ownerOf(name) ? spareIn(home) : undefined;
		if (bare.length > 0) biases.push({ name, users: bare });
		else if (spare === undefined) lost.push(name);
		else claims.set(spare, [...claimsOf(home, spare), { name, filled: true }]);
	}
	return { separate: Array.from(claims.keys()).flatMap((of) => shared(of, home)), biases, lost };
}

/** A value with more uses than parameters that claim it. */
function spareIn(home: Home): string | undefined {
	const count = (of: string): number => home.uses.filter((use) => use.of === of).length;
	return home.uses.find(({ of }) => count(of) > claimsOf(home, of).length)?.of;
}

/** The uses of one value dealt out to the parameters that claim it, in the order of both. */
function shared(of: string, home: Home): readonly Separate[] {
	const { path, listed } = home;
	const roots = listed.roots.get(of) ?? [];
	const claims = claimsOf(home, of);
	// What was made of several parameters takes the place of several together.
	const claimants =
		roots.length > 1 && claims.every(({ name, filled }) => !filled && !roots.includes(name))
			? [{ name: path === "" ? of : `${path}.${of}`, filled: false }]
			: claims.toSorted((a, b) => listed.targets.indexOf(a.name) - listed.targets.indexOf(b.name));
	const uses = home.uses.filter((use) => use.of === of);
	if (uses.length % claimants.length !== 0) return [];
	return claimants.flatMap(({ name, filled }, at) => {
		if (roots.includes(name)) return [];
		const own = uses.filter((_, index) => index % claimants.length === at);
		return [{ name, of, places: own.map(({ node, index }) => [outputOf(node), index] as const), filled }];
	});
}
