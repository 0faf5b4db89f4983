/** The networks that a recipe may name: every model family, or a model from a file. */
import { z } from "zod";
import { choiceOf } from "../choices.js";
import { LimbeckError } from "../errors.js";
import type { ModelFamily } from "../models/family.js";
import { type FamilyName, families, familyOf, type ModelSpec } from "../models/index.js";
import { isRecord, nearest } from "../options.js";
import type { FileNetworkOptions, NetworkChoice } from "../recipe-types.js";
import { trainingShape } from "../train/training-options.js";
import { type Fitted, fittingShape } from "./data-fit.js";

/** The fields of a recipe that say how a network is trained, and on how many of the training samples. @internal */
export const learningShape = {
	...trainingShape,
	...fittingShape,
	fraction: z
		.number()
		.gt(0)
		.max(1)
		.optional()
		.describe(
			"share of the training samples that it learns from, the same of each class, or of the groups; all where absent",
		),
	fractionSeed: z.int().min(0).max(0xffff_ffff).default(0).describe("seed of that choice, the same in every run"),
	classes: z
		.array(z.int().min(0))
		.min(1)
		.optional()
		.describe("classes, counted from 0, whose training samples it learns from; all where absent"),
};

/** Where a model lies. @internal */
export const file = z.string().min(1).describe("the model's ONNX file");
/** The family of a model from a file. @internal */
export const ofFile = z.literal("file").describe("a model from a file; may be left out beside `file`");

const fileNetwork = z.strictObject({
	family: ofFile,
	file,
	output: z
		.string()
		.min(1)
		.optional()
		.describe("name of the model's output that gives the classes; the only one that fits where left out"),
	head: z
		.enum(["keep", "replace"])
		.default("keep")
		.describe("whether the last linear layer gives way to a new one, for the data set's classes"),
	...learningShape,
});

/** The family that is meant where none is named. */
const defaultFamily = "mlp";

type FamilyField<Name extends FamilyName> = Name extends typeof defaultFamily
	? z.ZodDefault<z.ZodLiteral<Name>>
	: z.ZodLiteral<Name>;

/** The options of a family, with how a network of it is trained. */
type FamilyNetwork<Name extends FamilyName> = Name extends FamilyName
	? (typeof families)[Name] extends ModelFamily<z.ZodObject<infer Shape>>
		? z.ZodObject<{ family: FamilyField<Name> } & Shape & typeof learningShape, z.core.$strict>
		: never
	: never;

function familyNetwork<Name extends FamilyName>(name: Name): FamilyNetwork<Name> {
	const { title, options } = familyOf(name);
	const named = z.literal(name);
	const family = (name === defaultFamily ? named.default(name) : named).describe(title);
	// The fields of the family that the name says; TypeScript does not find them for a name that it does not know yet.
	return z.strictObject({ family, ...options.shape, ...learningShape }) as unknown as FamilyNetwork<Name>;
}

/** An acoustic model, and how it is trained, as speech recipes have it: in numbers. @internal */
export const acousticNetwork = familyNetwork("acoustic").extend({
	epochs: trainingShape.epochs,
	jitter: trainingShape.jitter,
});

/** A fully connected net, and how it is trained. @internal */
export const mlpNetwork = familyNetwork("mlp");

// The table's own keys.
const familyNames = Object.keys(families) as FamilyName[];

/** Every model family, with how a network of it is trained. @internal */
export const familyNetworks = familyNames.map((name) => familyNetwork(name));

/** A network that is trained. @internal */
export const networkOptions = choiceOf("family", [...familyNetworks, fileNetwork]);

/** A network and how it is trained. */
export type NetworkOptions = Fitted<NetworkChoice>;

/** Which training samples a network learns from; all where nothing is set. */
export type LearnedPart = Partial<Pick<NetworkOptions, "classes" | "fraction" | "fractionSeed">>;

/** Those fields of a network's options. */
export function learnedPartOf({
	classes,
	fraction,
	fractionSeed,
}: Pick<NetworkOptions, "classes" | "fraction" | "fractionSeed">): LearnedPart {
	return {
		...(classes === undefined ? {} : { classes }),
		...(fraction === undefined ? {} : { fraction, fractionSeed }),
	};
}

/** A network from a file. */
export type FileNetwork = FileNetworkOptions;

export type { NetworkInput } from "../recipe-types.js";

/** A network as written, with the family that a file goes without. */
export function withFamily(network: unknown): unknown {
	return isRecord(network) && Object.hasOwn(network, "file") ? { family: "file", ...network } : network;
}

/** What a network is, without how it is trained. */
export function modelSpecOf(network: Exclude<NetworkOptions, { readonly family: "file" }>): ModelSpec {
	const fields = Object.entries(network).filter(([field]) => !Object.hasOwn(learningShape, field));
	// The schema has checked that the fields beside the training's are those of the family.
	return Object.fromEntries(fields) as unknown as ModelSpec;
}

/**
 * A network in short, as the command line takes it: a family's name and its size, `resnet:8x4`, or a path that ends in
 * `.onnx`.
 *
 * @returns the fields that it names; whether they are in range is for the schema to say.
 * @throws LimbeckError (`usage`) for an unknown family or a size that the family does not read.
 */
export function parseNetworkSpec(spec: string, where: string): Readonly<Record<string, unknown>> {
	if (spec.endsWith(".onnx")) return { family: "file", file: spec };
	const [name = "", ...size] = spec.split(":");
	if (!isFamily(name)) throw unknownFamily(spec, name, where);
	if (size.length === 0) return { family: name };
	const { short, parseShort } = familyOf(name);
	const options = parseShort(size.join(":"));
	const values = Object.values(options ?? {}).flat();
	if (options !== undefined && !values.some(Number.isNaN)) return { family: name, ...options };
	const expected = `${short.means}, such as ${name}:${short.example}`;
	throw new LimbeckError("usage", { where, expected, got: JSON.stringify(spec) });
}

/** What a network is called in short: its family and its size, `resnet:8x4`. */
export function shortNameOf(network: NetworkOptions): string {
	if (network.family === "file") return network.family;
	return `${network.family}:${familyOf(network.family).shortOf(modelSpecOf(network))}`;
}

/** Another network in the place of a written one. How it is trained stays, but not which of its weights. */
export function replaceNetwork(
	written: unknown,
	spec: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
	const stays = (field: string): boolean =>
		Object.hasOwn(learningShape, field) && field !== "train" && field !== "freeze";
	const fields = isRecord(written) ? Object.entries(written) : [];
	return { ...spec, ...Object.fromEntries(fields.filter(([field]) => stays(field))) };
}

function isFamily(name: string): name is FamilyName {
	return Object.hasOwn(families, name);
}

function unknownFamily(spec: string, name: string, where: string): LimbeckError {
	const known = Object.keys(families);
	const near = nearest(name, known);
	return new LimbeckError("usage", {
		where,
		expected: `${known.join(", ")}, with a size such as resnet:8x4, or a file that ends in .onnx`,
		got: JSON.stringify(spec),
		...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
	});
}
