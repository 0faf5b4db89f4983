/** A specialist as a stage of an additive model: it moves the logits of its classes and no others. */
import { int } from "../graph/attributes.js";
import type { OnnxModel } from "../onnx/model.js";
import { checkSpecial, type SpecialistTask, withNodes } from "./dustbin.js";

/** ONNX's number of the type float. */
const float = 1;

/**
 * A classifier whose logits `[batch, classes]` are 0 where a class is not special.
 *
 * @throws LimbeckError (`usage`) for classes that are not some of them, each once; (`model`) where the model declares
 * other outputs.
 */
export function ownClassesAlone(model: OnnxModel, { special, classes }: SpecialistTask): OnnxModel {
	checkSpecial(special, classes);
	const data = BigInt64Array.from({ length: classes }, (_, c) => (special.includes(c) ? 1n : 0n));
	return withNodes(model, classes, classes, (logits, name) => ({
		nodes: [
			// Whole numbers, as a constant of floats would be a weight to train.
			{ opType: "Cast", inputs: [name("mask")], output: name("own"), attributes: new Map([["to", int(float)]]) },
			{ opType: "Mul", inputs: [logits, name("own")], output: name("stage"), attributes: new Map() },
		],
		constants: [{ name: name("mask"), tensor: { type: "int64", dims: [classes], data } }],
	}));
}

/**
 * A classifier with a number added to the logits of the special classes.
 *
 * @throws LimbeckError as {@link ownClassesAlone}.
 */
export function shiftClasses(model: OnnxModel, { special, classes }: SpecialistTask, shift: number): OnnxModel {
	checkSpecial(special, classes);
	const data = Float32Array.from({ length: classes }, (_, c) => (special.includes(c) ? shift : 0));
	return withNodes(model, classes, classes, (logits, name) => ({
		nodes: [{ opType: "Add", inputs: [logits, name("prior")], output: name("shifted"), attributes: new Map() }],
		constants: [{ name: name("prior"), tensor: { type: "float", dims: [classes], data } }],
	}));
}
