/** Which of a model's constants are parameters, and which of those are trained. */
import { LimbeckError } from "../errors.js";
import { constantNodesOf, provenanceOf } from "../import/provenance.js";
import type { OnnxGraph, OnnxModel } from "../onnx/model.js";
import type { TensorOf } from "../onnx/tensor.js";
import { type Constant, rowOf } from "./parameter-rules.js";
import { statisticsOf, usesOf } from "./parameter-uses.js";
import { isReal, type RealTensor } from "./table-structure.js";

/** A weight. */
export interface Weight {
	readonly name: string;
	readonly tensor: TensorOf<"float">;
}

/** What is made of a constant of numbers, and why. */
export interface Verdict {
	readonly name: string;
	readonly tensor: RealTensor;
	/** Whether it is a parameter, which training changes. */
	readonly trained: boolean;
	/** A noun phrase for people. */
	readonly reason: string;
	/** Whether it may be trained where a pattern says so: whatever is no running statistic, and has a gradient. */
	readonly selectable: boolean;
}

/** A choice among parameters, by names in which `*` stands for any characters and `?` for one. */
export interface Selection {
	/** Those that are trained; all parameters where absent. */
	readonly train?: readonly string[] | undefined;
	/** Those that are not, of these. */
	readonly freeze?: readonly string[] | undefined;
}

/** Found verdicts: a graph never changes, and is asked about for every step that is built. */
const known = new WeakMap<OnnxGraph, readonly Verdict[]>();

/** What the rule makes of each constant of numbers that the first output depends on, in the order of the file. */
export function verdictsOf(model: OnnxModel): readonly Verdict[] {
	const found = known.get(model.graph) ?? judged(model);
	known.set(model.graph, found);
	return found;
}

function judged(model: OnnxModel): readonly Verdict[] {
	const { graph } = model;
	const uses = usesOf(graph);
	const statistics = statisticsOf(graph);
	const { parameters, constants } = provenanceOf(model);
	const fromNodes = constantNodesOf(model);
	const exportedAs = (name: string): Constant["exported"] => {
		if (parameters.has(name)) return "parameter";
		return constants.has(name) ? "constant" : undefined;
	};
	return graph.initializers.flatMap(({ name, tensor }) => {
		const used = uses.get(name);
		if (used === undefined || !isReal(tensor)) return [];
		const constant: Constant = {
			name,
			tensor,
			uses: used,
			exported: exportedAs(name),
			isStatistic: statistics.has(name),
			fromNode: fromNodes.has(name),
		};
		const { trained, reason, fixed } = rowOf(constant);
		return [{ name, tensor, trained, reason, selectable: fixed !== true }];
	});
}

/** The running averages of a model, which training changes but not by gradients. */
export function averagesOf({ graph }: OnnxModel): readonly Weight[] {
	const names = statisticsOf(graph);
	return graph.initializers.flatMap(({ name, tensor }) =>
		tensor.type === "float" && names.has(name) ? [{ name, tensor }] : [],
	);
}

/**
 * The weights that are trained: the parameters that `train` names, without those that `freeze` names; all parameters by
 * default. A pattern that no parameter matches may name other constants, which are trained then.
 *
 * @throws LimbeckError (`usage`) for a pattern that matches nothing, or where nothing is left, with the names that there
 * are.
 */
export function selectTrainable(model: OnnxModel, { train, freeze = [] }: Selection = {}): readonly Weight[] {
	const verdicts = verdictsOf(model).filter(({ selectable }) => selectable);
	const chosen = train === undefined ? verdicts.filter(({ trained }) => trained) : matching(verdicts, train, "train");
	const frozen = new Set(freeze.length === 0 ? [] : matching(verdicts, freeze, "freeze"));
	const weights = chosen.flatMap((one): readonly Weight[] =>
		one.tensor.type === "float" && !frozen.has(one) ? [{ name: one.name, tensor: one.tensor }] : [],
	);
	if (weights.length > 0 || (train === undefined && freeze.length === 0)) return weights;
	const left = "patterns that leave a weight to train";
	throw unmatched(freeze.length > 0 ? "freeze" : "train", left, "none", verdicts);
}

/** What patterns name, in the order of the file: parameters, and what else only a pattern of no parameter names. */
function matching(verdicts: readonly Verdict[], patterns: readonly string[], where: string): readonly Verdict[] {
	const chosen = new Set<Verdict>();
	for (const pattern of patterns) {
		const named = verdicts.filter(({ name }) => globOf(pattern).test(name));
		const parameters = named.filter(({ trained }) => trained);
		if (named.length === 0) throw unmatched(where, "patterns that each match a weight", pattern, verdicts);
		for (const one of parameters.length > 0 ? parameters : named) chosen.add(one);
	}
	return verdicts.filter((one) => chosen.has(one));
}

/** How many names an error lists. */
const namesListed = 40;

function unmatched(where: string, expected: string, got: string, verdicts: readonly Verdict[]): LimbeckError {
	const names = verdicts.filter(({ trained }) => trained).map(({ name }) => name);
	const more = names.length > namesListed ? `, and ${String(names.length - namesListed)} more` : "";
	return new LimbeckError("usage", {
		where,
		expected,
		got,
		hint: `The weights are ${names.slice(0, namesListed).join(", ")}${more}.`,
	});
}

function globOf(pattern: string): RegExp {
	const source = Array.from(pattern, (character) => {
		if (character === "*") return ".*";
		return character === "?" ? "." : character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
	});
	return new RegExp(`^${source.join("")}$`, "su");
}

/** The number of parameters of a model: what training would change, and the stored weights of a quantised one. */
export function parameterCount(model: OnnxModel): number {
	const parameters = verdictsOf(model).filter(({ trained }) => trained);
	const stored = model.graph.initializers.filter(
		({ tensor }) => tensor.dims.length > 0 && tensor.type !== "int64" && tensor.type !== "bool" && !isReal(tensor),
	);
	return [...parameters, ...stored].reduce((sum, { tensor }) => sum + tensor.data.length, 0);
}
