import { LimbeckError } from "../errors.js";
import { sameDims } from "../graph/value.js";
import { fedInputs, type OnnxModel, type OnnxValueInfo } from "../onnx/model.js";
import { type DataType, elementCount } from "../onnx/tensor.js";

/** Element types of an input that samples are fed to. */
const sampleTypes: ReadonlySet<DataType> = new Set(["float", "float16", "double", "uint8"]);

/**
 * The one input of a model, which takes the samples. What has an initialiser, as in files before version 4, is none.
 *
 * @param where - the model, for messages.
 * @throws LimbeckError (`model`) that names all inputs where there are several, and where the one takes whole numbers.
 */
export function sampleInput({ graph }: Pick<OnnxModel, "graph">, where: string): OnnxValueInfo {
	const inputs = fedInputs(graph);
	const [input, ...others] = inputs;
	if (input !== undefined && others.length === 0 && sampleTypes.has(input.type)) return input;
	const listed = inputs.map(({ name, type, dims = [] }) => `${JSON.stringify(name)} ${type}[${dims.join()}]`);
	throw new LimbeckError("model", {
		where,
		expected: "one input, which takes the samples as numbers or bytes",
		got: listed.length === 0 ? "none" : `${String(listed.length)}: ${listed.join(", ")}`,
		hint: others.length > 0 ? joinInputs : takesIds,
	});
}

const joinInputs =
	"Limbeck gives a model one tensor: export a module around it that takes one input and cuts it into these.";
const takesIds =
	"A model of whole numbers, such as the ids of tokens, cannot be read yet: Limbeck gives it pictures, sounds or " +
	"columns of numbers.";

const orderHint = "Export the model with the channels before height and width.";
const rowsHint = "Export the model with one axis of inputs, or give the samples as arrays of its shape (npz).";

/**
 * The shape in which a model takes a sample: as it is, flat, or with other dimensions of size 1.
 *
 * @param declared - the model's input, `[batch, …]`.
 * @param sample - of the data, usually `[channels, height, width]`.
 * @param where - the model, for messages.
 * @throws LimbeckError (`model`) where the input holds another number of elements, or orders them otherwise.
 */
export function sampleDims(
	{ dims: declared }: Pick<OnnxValueInfo, "dims">,
	sample: readonly number[],
	where: string,
): readonly number[] {
	const dims = declared?.slice(1) ?? sample;
	const known = dims.filter((dim) => typeof dim === "number");
	if (known.length < dims.length) return sample;
	const long = (shape: readonly number[]): readonly number[] => shape.filter((dim) => dim !== 1);
	const sameCount = elementCount(known) === elementCount(sample);
	if (sameCount && (known.length === 1 || sameDims(long(known), long(sample)))) return known;
	throw new LimbeckError("model", {
		where,
		expected: `an input [batch,${sample.join(",")}] like the samples`,
		got: `[batch,${known.join(",")}]`,
		...(sameCount ? { hint: long(sample).length < 2 ? rowsHint : orderHint } : {}),
	});
}
