import { LimbeckError } from "../../errors.js";
import { elementCount } from "../../onnx/tensor.js";
import type { SampleShape } from "../data-set.js";

/**
 * The shape that the user gave, or else the usual one.
 *
 * @throws LimbeckError `usage` for a shape of another number of elements, `data` for samples without elements.
 */
export function sampleShapeOf(usual: SampleShape, given: SampleShape | undefined, where: string): SampleShape {
	const size = elementCount(usual);
	if (size === 0) throw new LimbeckError("data", { where, expected: "samples with elements", got: usual.join("×") });
	if (given === undefined || elementCount(given) === size) return given ?? usual;
	throw new LimbeckError("usage", {
		where: "data.shape",
		expected: `a shape of ${String(size)} elements, as a sample of ${where} has`,
		got: `${given.join("×")}: ${String(elementCount(given))}`,
	});
}
