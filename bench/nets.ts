/** The networks that the training benchmark takes. */

import { parseNetworkSpec } from "../src/distill/networks.js";
import { LimbeckError } from "../src/errors.js";
import { type FamilyName, familyOf, type ModelSpec } from "../src/models/index.js";
import { parseOptions } from "../src/options.js";
import type { Net } from "./serve.js";

/** What the bare name of a family means, where that is not the family's defaults. */
const sizes: Readonly<Record<string, string | undefined>> = { cnn: "cnn:32,64,128", resnet: "resnet:8x4" };

/**
 * A network by its layers, `784-1200-1200-10`, or by its family in short, `resnet:8x4`, for CIFAR-100's images.
 *
 * @throws LimbeckError (`usage`) for another text.
 */
export function netOf(text: string): Net {
	return /^\d/.test(text) ? layers(text) : family(sizes[text] ?? text);
}

function layers(text: string): Net {
	const units = text.split("-").map(Number);
	if (units.length < 2 || !units.every((count) => Number.isInteger(count) && count > 0)) {
		const expected = "units of two layers or more, such as 784-1200-1200-10";
		throw new LimbeckError("usage", { where: "--net", expected, got: text });
	}
	const [inputs = 1, ...later] = units;
	const model = modelOf({ family: "mlp", hidden: later.slice(0, -1) });
	return { name: text, model, sampleShape: [1, 1, inputs], classes: later.at(-1) ?? 1 };
}

function family(text: string): Net {
	const model = modelOf(parseNetworkSpec(text, "--net"));
	return { name: text, model, sampleShape: [3, 32, 32], classes: 100 };
}

function modelOf({ family, ...options }: Readonly<Record<string, unknown>>): ModelSpec {
	if (family === "file") {
		throw new LimbeckError("usage", { where: "--net", expected: "a family's name and size", got: "a file" });
	}
	// parseNetworkSpec knows no other name than that of a family.
	const { options: schema } = familyOf(family as FamilyName);
	// The family's own schema has made these options.
	return { family, ...parseOptions(schema, options, `--net ${String(family)}`) } as ModelSpec;
}
