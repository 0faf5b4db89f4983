/**
 * In which module of a PyTorch network a node stands. torch.onnx.export (TorchScript) names nodes by it:
 * `/layers/layers.0/norm/Add` for `layers.0.norm`. A module that is called again has a number behind its name there.
 */
import type { OnnxInitializer, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { isFresh } from "./table-structure.js";

/** The path of the module that has a parameter. */
export const ownerOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf(".")));

/** The parts of a node's name as a path; a child of a list is named with the list: `layers/layers.0`. */
function pathOf({ name }: OnnxNode): string | undefined {
	if (!name.startsWith("/")) return undefined;
	const parts: string[] = [];
	for (const part of name.split("/").slice(1, -1)) {
		if (part.startsWith(`${parts.at(-1) ?? ""}.`)) parts.pop();
		parts.push(part);
	}
	return parts.join(".");
}

/** A function that gives the path of a node's module, the same for every call; `undefined` where its name does not say. */
export function modulePaths(initializers: readonly OnnxInitializer[]): (node: OnnxNode) => string | undefined {
	const known = new Set<string>();
	for (const { name } of initializers) {
		for (let path = ownerOf(name); path !== "" && !known.has(path); path = ownerOf(path)) known.add(path);
	}
	const firstCall = (path: string): string => {
		const found: string[] = [];
		for (const part of path.split(".")) {
			const whole = [...found, part].join(".");
			found.push(known.has(whole) ? part : part.replace(/_\d+$/, ""));
		}
		return found.join(".");
	};
	return (node) => {
		const path = pathOf(node);
		return path === undefined ? undefined : firstCall(path);
	};
}

/** What the parameters of two modules say of whether these are copies that merely began equal. */
export type Comparison = "copies" | "tied" | "unknown";

/**
 * Compares two modules that use one weight, and the modules around them while these have the same names: where all other
 * parameters are equal, one is a copy of the other; where some differ, the weight itself is shared.
 */
export function compareModules(one: string, other: string, constants: ReadonlyMap<string, Tensor>): Comparison {
	let [a, b] = [one, other];
	let found = 0;
	for (;;) {
		const pairs = pairsOf(a, b, constants);
		if (pairs.some(([left, right]) => !equal(left, right))) return "tied";
		if (pairs.some(([left]) => !isFresh(left))) return "copies";
		found += pairs.length;
		const ends = [a, b].map((path) => path.slice(ownerOf(path).length));
		if (a === b || ends[0] !== ends[1] || ownerOf(a) === "" || ownerOf(b) === "") break;
		[a, b] = [ownerOf(a), ownerOf(b)];
	}
	return found > 0 ? "copies" : "unknown";
}

/** The parameters that two modules have under the same names. */
function pairsOf(a: string, b: string, constants: ReadonlyMap<string, Tensor>): readonly (readonly [Tensor, Tensor])[] {
	return Array.from(constants).flatMap(([name, tensor]) => {
		const twin = name.startsWith(`${a}.`) ? constants.get(b + name.slice(a.length)) : undefined;
		return twin === undefined ? [] : [[tensor, twin] as const];
	});
}

function equal(a: Tensor, b: Tensor): boolean {
	return a.dims.join() === b.dims.join() && Array.prototype.every.call(a.data, (value, at) => value === b.data[at]);
}
