/** A model file as a classifier: its output chosen, and read before the operator that makes probabilities of it. */
import type { Notice } from "../notices.js";
import type { OnnxModel } from "../onnx/model.js";
import { type FinalOperator, withoutFinalOperator } from "./final-operator.js";
import { givesLogits } from "./metadata.js";
import { chooseOutput, type OutputRequest } from "./output-choice.js";
import type { FoundForm, OutputForm, OutputsOption } from "./output-form.js";

/** How a classifier is to be read. */
export interface ReadRequest extends OutputRequest {
	/** What its numbers are. */
	readonly outputs: OutputsOption;
	/** Which last operators are left out; all that make probabilities where absent. */
	readonly undoes?: readonly FinalOperator[];
}

/** A classifier whose first output is to be read. */
export interface ReadClassifier {
	readonly model: OnnxModel;
	/** What its numbers are, where a person or the graph says so; by the values where absent. */
	readonly form?: FoundForm;
	/** The operator that was taken off. */
	readonly removed?: FinalOperator;
	/** What should be known of it. */
	readonly notices: readonly Notice[];
}

/** What a last operator makes, of which it is taken off to read the logits before it. */
const madeBy: Readonly<Record<FinalOperator, readonly OutputsOption[]>> = {
	Softmax: ["auto", "probabilities", "percentages", "log-probabilities"],
	LogSoftmax: ["auto", "probabilities", "percentages", "log-probabilities"],
	Sigmoid: ["auto", "sigmoid"],
};

/**
 * The classifier that a model is: see `chooseOutput` and `withoutFinalOperator`. The operator stays where a person says
 * that its numbers are logits.
 *
 * @throws LimbeckError (`model`, `usage`) as `chooseOutput` does.
 */
export function readClassifier(model: OnnxModel, request: ReadRequest): ReadClassifier {
	const { where } = request;
	const says = request.outputs === "auto" && givesLogits(model);
	const outputs = says ? "logits" : request.outputs;
	const { model: chosen, notices } = chooseOutput(model, request);
	const { model: logits, removed } = withoutFinalOperator(chosen);
	const isUndone = removed !== undefined && (request.undoes?.includes(removed) ?? true);
	if (!isUndone || !madeBy[removed].includes(outputs)) {
		const reason = says ? "its metadata say so" : "told";
		return { model: chosen, notices, ...(outputs === "auto" ? {} : { form: { form: outputs, reason } }) };
	}
	const form: OutputForm = "logits";
	const width = logits.graph.outputs[0]?.dims?.at(-1);
	const asClasses = request.undoes?.includes("Softmax") ?? true;
	const many = asClasses && removed === "Sigmoid" && typeof width === "number" && width > 1;
	const text = `${where} ends in a Sigmoid, each class by itself: its distribution is the softmax over the logits before it.`;
	return {
		model: logits,
		removed,
		form: { form, reason: `its last operator, ${removed}, is left out` },
		notices: many ? [...notices, { code: "sigmoid-undone", text }] : notices,
	};
}
