/** What an alignment leaves for decoding: hidden Markov models, priors, and how sound becomes frames. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { fileError, readText } from "../files.js";
import { parsedJson } from "../options.js";
import { contextOptions } from "./context.js";
import { frontEndOptions } from "./front-end.js";
import type { Gaussians } from "./gaussians.js";
import type { Hmm } from "./hmm.js";
import type { Moments } from "./normalize.js";

const doubles = z.array(z.number()).transform((values) => Float64Array.from(values));

const fileShape = z.strictObject({
	words: z.array(z.string().min(1)).min(1),
	first: z.array(z.int().min(0)).transform((values) => Int32Array.from(values)),
	stay: doubles,
	leave: doubles,
	priors: doubles,
	features: frontEndOptions,
	context: contextOptions,
	moments: z.strictObject({ mean: doubles, std: doubles }),
	gaussians: z.strictObject({ size: z.int().min(1), mean: doubles, variance: doubles }),
	aligner: z.strictObject({ priors: doubles }).optional(),
});

type FileContent = z.infer<typeof fileShape>;

/** An alignment's models. */
export interface AlignedModels {
	readonly hmm: Hmm;
	/** `[states]`, ln of the share of training frames. */
	readonly priors: Float64Array;
	readonly features: z.infer<typeof frontEndOptions>;
	readonly context: z.infer<typeof contextOptions>;
	/** Of the training part. */
	readonly moments: Moments;
	readonly gaussians: Gaussians;
	/** The net that made the alignment lies beside as `aligner.onnx`, with the priors that it used; absent for Gaussians. */
	readonly aligner?: { readonly priors: Float64Array } | undefined;
}

/** What is called what in the folder of an alignment. */
export const alignmentFiles = {
	models: "alignment.json",
	net: "aligner.onnx",
	frames: "frames.json",
} as const;

/** Writes the models into a folder. */
export async function writeAlignment(folder: string, { hmm, ...models }: AlignedModels): Promise<void> {
	const path = join(folder, alignmentFiles.models);
	const plain = (_: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? [...asNumbers(value)] : value);
	await writeFile(path, `${JSON.stringify({ ...hmm, ...models }, plain)}\n`, { flush: true }).catch(
		(error: unknown) => {
			throw fileError(error, path);
		},
	);
}

// The only views in it.
const asNumbers = (view: ArrayBufferView): Iterable<number> => view as Float64Array | Int32Array;

/**
 * Reads what {@link writeAlignment} wrote.
 *
 * @throws LimbeckError (`file`) for a file that cannot be read, (`data`) for another one.
 */
export async function readAlignment(path: string): Promise<AlignedModels> {
	const text = await readText(path);
	const read = fileShape.safeParse(parsedJson(text)).data;
	if (read === undefined || !fits(read)) {
		throw new LimbeckError("data", { where: path, expected: "the models of an alignment", got: "another file" });
	}
	const { words, first, stay, leave, ...models } = read;
	return { ...models, hmm: { words, first, stay, leave } };
}

/** Whether the arrays have the lengths that states, units and coefficients give them. */
function fits({ words, first, stay, leave, priors, features, moments, gaussians, aligner }: FileContent): boolean {
	const states = first.at(-1) ?? 0;
	const { coefficients } = features;
	return (
		first.length === words.length + 2 &&
		first.every((state, unit) => state > (first[unit - 1] ?? -1)) &&
		[stay, leave, priors, ...(aligner === undefined ? [] : [aligner.priors])].every((of) => of.length === states) &&
		[moments.mean, moments.std].every((of) => of.length === coefficients) &&
		gaussians.size === coefficients &&
		[gaussians.mean, gaussians.variance].every((of) => of.length === states * coefficients)
	);
}
