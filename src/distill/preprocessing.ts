import { z } from "zod";
import type { Normalization } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import type { OnnxModel } from "../onnx/model.js";

/** Where a model file of ours says how its inputs are normalised: JSON `{mean, std}`, each a number or one for each channel. */
export const preprocessingKey = "limbeck.normalization";

const normalizationSchema = z.object({
	mean: z.union([z.number(), z.array(z.number())]),
	std: z.union([z.number().gt(0), z.array(z.number().gt(0))]),
});

/**
 * How a model wants its inputs: as its metadata says, or byte / 255 where it says nothing.
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
			expected: '{"mean": number, "std": number > 0}, or lists of a number for each channel',
			got: text.slice(0, 100),
			cause,
		});
	}
}
