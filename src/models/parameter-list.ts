/** What is trained of a network and what is not, and why, for people. */
import type { Notice } from "../notices.js";
import type { OnnxModel } from "../onnx/model.js";
import { type Selection, selectTrainable, verdictsOf } from "./trainable.js";

/** A constant of numbers in a network. */
export interface ListedParameter {
	readonly name: string;
	readonly dims: readonly number[];
	readonly trained: boolean;
	/** Why it is, or is not. */
	readonly reason: string;
}

/**
 * Every constant of numbers that a network's output depends on, in the order of its file.
 *
 * @throws LimbeckError (`usage`) for patterns that match nothing.
 */
export function listParameters(model: OnnxModel, selection: Selection = {}): readonly ListedParameter[] {
	const trained = new Set(selectTrainable(model, selection).map(({ name }) => name));
	return verdictsOf(model).map(({ name, tensor: { dims }, trained: byRule, reason }) => {
		const isTrained = trained.has(name);
		return { name, dims, trained: isTrained, reason: isTrained === byRule ? reason : "chosen by train or freeze" };
	});
}

/** How many names a notice lists. */
const namesListed = 3;

/** How much is trained and what is not, in a sentence or two. */
export function parameterNotice(model: OnnxModel, selection: Selection, where: string): Notice {
	const all = listParameters(model, selection);
	const trained = all.filter((one) => one.trained);
	const frozen = all.filter((one) => !one.trained);
	const count = trained.reduce((sum, { dims }) => sum + dims.reduce((product, size) => product * size, 1), 0);
	const listed = frozen.slice(0, namesListed).map(({ name, reason }) => `${JSON.stringify(name)} (${reason})`);
	const more = frozen.length > namesListed ? ", …" : "";
	const stay =
		frozen.length === 1 ? "1 constant stays as it is" : `${String(frozen.length)} constants stay as they are`;
	const rest = frozen.length === 0 ? "." : `; ${stay}: ${listed.join(", ")}${more}.`;
	const tensors = trained.length === 1 ? "1 tensor" : `${String(trained.length)} tensors`;
	return {
		code: "parameters",
		text: `${where}: ${String(count)} weights in ${tensors} are trained${rest}`,
		...(frozen.length === 0
			? {}
			: { hint: "limbeck train --model FILE --dry-run lists them; the fields train and freeze choose otherwise." }),
	};
}
