import { LimbeckError } from "../errors.js";
import { sameDims } from "../graph/value.js";
import type { OnnxValueInfo } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";

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
		...(sameCount ? { hint: "Export the model with the channels before height and width." } : {}),
	});
}
