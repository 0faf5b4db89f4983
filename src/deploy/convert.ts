import { dataSetOf } from "../data/index.js";
import type { DataChoice } from "../data/options.js";
import { readMember } from "../distill/teachers/open.js";
import { fileMember } from "../distill/teachers/sources.js";
import { LimbeckError } from "../errors.js";
import { writeModelFile } from "../onnx/file.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Precision } from "../predict/precisions.js";
import type { Runtime } from "../runtime/runtime.js";
import { shippedInFloat16 } from "./float16.js";
import { quantize } from "./quantize.js";
import { shippable } from "./shippable.js";

/** A classifier to be shipped in one precision, as plain data. */
export interface ConvertStep {
	/** What int8 is calibrated on (training samples) and chosen by (validation samples). */
	readonly data: DataChoice;
	/** Its file. */
	readonly model: string;
	readonly precision: Precision;
	readonly threads?: number;
	/** Where the converted model goes. */
	readonly output: string;
}

/**
 * Converts a classifier into the form that is shipped, as `limbeck export` does, with preprocessing outside.
 *
 * @throws LimbeckError (`model`) for a file that cannot be shipped, or has nothing to quantise.
 */
export async function convertModel(
	{ data: choice, model: file, precision, threads, output }: ConvertStep,
	{ runtime }: { readonly runtime: Runtime },
): Promise<void> {
	const loaded = await dataSetOf(choice).load(choice);
	const member = await readMember(fileMember(file), loaded);
	const { model: float32, ...taken } = await shippable(runtime, member, loaded, threads);
	const data = { ...loaded, ...taken };
	const forms: Readonly<Record<Precision, () => OnnxModel | undefined | Promise<OnnxModel | undefined>>> = {
		float32: () => float32,
		float16: () => shippedInFloat16(float32, data.task),
		int8: async () => (await quantize(runtime, float32, data, threads))?.model,
	};
	const converted = await forms[precision]();
	if (converted !== undefined) return writeModelFile(output, converted);
	const [expected, got] = ["operators whose weights can be quantised", "none"];
	throw new LimbeckError("model", { where: file, expected, got });
}
