import { z } from "zod";
import { LimbeckError } from "../errors.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Normalization } from "../train/training-graph.js";

/** Where a model file of ours says how its inputs are normalised: JSON `{mean, std}` of pixel / 255. */
export const preprocessingKey = "limbeck.normalization";

const normalizationSchema = z.object({ mean: z.number(), std: z.number().gt(0) });

/**
 * How a model wants its inputs: as its metadata says, or pixel / 255 where it says nothing.
 *
 * @throws LimbeckError (`model`) for metadata that is not what we write.
 */
export function normalizationOf(model: OnnxModel, where: string): Normalization {
	const text = model.metadata.get(preprocessingKey);
	if (text === undefined) return { mean: 0, std: 1 };
	try {
		return normalizationSchema.parse(JSON.parse(text));
	} catch (cause) {
		throw new LimbeckError("model", {
			where: `${where}: metadata ${preprocessingKey}`,
			expected: '{"mean": number, "std": number > 0}',
			got: text.slice(0, 100),
			cause,
		});
	}
}
