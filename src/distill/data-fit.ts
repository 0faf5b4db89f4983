/** Fields of a recipe that give way to the data: epochs to few samples, shifts to small pictures. */
import { z } from "zod";
import { stepsForEpochs } from "../data/order.js";
import { jitterField, largestJitter } from "../data/transforms/jitter.js";
import type { Notice } from "../notices.js";
import { isRecord } from "../options.js";
import { trainingShape } from "../train/training-options.js";

/**
 * Steps that a network is trained for at least, where nobody says for how long. Of 160 digits, errors on 100 validation
 * samples after 21, 84, 250, 500 and 1,000 steps: the fully connected teacher 35, 21, 18, 15, 17; cnn:16,32,64 after 21
 * to 500 70, 6, 7, 7.
 */
export const properSteps = 500;

const epochsByData = z.strictObject({
	least: trainingShape.epochs.unwrap(),
	steps: z.int().min(1).max(1_000_000),
});

const jitterByData = z.strictObject({ most: jitterField.unwrap() });

/** As many epochs as take so many steps, and no fewer than the least. */
export type EpochsByData = z.infer<typeof epochsByData>;

/** Shifts of at most so many pixels, as far as images bear them. */
export type JitterByData = z.infer<typeof jitterByData>;

/** The fields of a training that may give way to the data: a number is taken as it is. */
export const fittingShape = {
	epochs: z
		.union([trainingShape.epochs.unwrap(), epochsByData])
		.default({ least: 20, steps: properSteps })
		.describe(
			"passes over the training samples; {least, steps}: as many as take so many steps, and no fewer than the least",
		),
	jitter: z
		.union([jitterField.unwrap(), jitterByData])
		.default(0)
		.describe(
			"largest random shift of an image, in pixels, each way; {most}: so many, but at most a 14th of the shorter side, and none below 16 pixels or where samples are no images",
		),
};

/** Options in which all that gives way to the data has become a number. */
export type Fitted<T> = T extends EpochsByData | JitterByData
	? never
	: T extends object
		? { [Field in keyof T]: Fitted<T[Field]> }
		: T;

/** What options are fitted to. */
export interface FittedTo {
	readonly sampleShape: readonly number[];
	/** Training samples. */
	readonly train: number;
}

/** A recipe with numbers, and what was chosen otherwise than it says. */
export interface FittedRecipe<T> {
	readonly recipe: Fitted<T>;
	readonly notices: readonly Notice[];
}

/** One field that was chosen by the data. */
interface Choice {
	readonly code: string;
	/** Its path in the recipe. */
	readonly path: string;
	readonly value: number;
	/** Why it is no other: a sentence's end. */
	readonly why: string;
	/** The value that is proposed for other data, where these can have it as well. */
	readonly otherwise?: number;
}

/** Fits every network of a recipe, wherever it is in it, to the data that it learns from. */
export function fitRecipe<T>(recipe: T, data: FittedTo): FittedRecipe<T> {
	const choices: Choice[] = [];
	const fitted = fitValue(recipe, data, [], choices);
	// The walk leaves everything as it is but for the fields that give way to the data, which become numbers.
	return { recipe: fitted as Fitted<T>, notices: noticesOf(choices) };
}

function fitValue(value: unknown, data: FittedTo, path: readonly string[], choices: Choice[]): unknown {
	if (Array.isArray(value)) return value.map((one, at) => fitValue(one, data, [...path, String(at)], choices));
	if (!isRecord(value)) return value;
	const fields = Object.entries(value).map(([name, field]) => {
		const fit = fieldFits[name]?.(field, value, data);
		if (fit === undefined) return [name, fitValue(field, data, [...path, name], choices)] as const;
		if (fit.why !== undefined) choices.push({ ...fit, why: fit.why, path: [...path, name].join(".") });
		return [name, fit.value] as const;
	});
	return Object.fromEntries(fields);
}

/** A number that was found for a field, and why it is another than the recipe proposes. */
type Fit = Pick<Choice, "code" | "value" | "otherwise"> & { readonly why?: string };

/** How a field is fitted; `undefined` for one that is a number, or something else of that name. */
type FieldFit = (field: unknown, network: Readonly<Record<string, unknown>>, data: FittedTo) => Fit | undefined;

const fieldFits: Readonly<Record<string, FieldFit>> = {
	epochs(field, { batch, fraction = 1 }, { train }) {
		const wanted = epochsByData.safeParse(field).data;
		if (wanted === undefined || typeof batch !== "number" || typeof fraction !== "number") return undefined;
		const { least, steps } = wanted;
		const samples = Math.max(1, Math.round(fraction * train));
		const few = stepsForEpochs(samples, batch, least);
		const code = "epochs-fitted";
		if (few >= steps) return { code, value: least };
		const why = `, as ${String(least)} epochs of ${String(samples)} samples would be ${String(few)} steps.`;
		return { code, value: Math.ceil((steps * batch) / samples), why, otherwise: least };
	},
	jitter(field, _, { sampleShape }) {
		const wanted = jitterByData.safeParse(field).data;
		if (wanted === undefined) return undefined;
		const { most } = wanted;
		const value = Math.min(most, largestJitter(sampleShape));
		const code = "jitter-fitted";
		if (value === most) return { code, value };
		const why = `, not ${String(most)}: `;
		if (sampleShape.length !== 3)
			return { code, value, why: `${why}samples [${sampleShape.join(", ")}] are no images.` };
		const [, height, width] = sampleShape;
		const size = `images of ${String(height)} × ${String(width)} pixels`;
		return { code, value, why: `${why}${size} are not shifted by more.`, otherwise: most };
	},
};

/** A sentence for each choice; fields with the same together. */
function noticesOf(choices: readonly Choice[]): readonly Notice[] {
	const alike = new Map<string, Choice[]>();
	for (const choice of choices) {
		const key = `${choice.code} ${String(choice.value)}${choice.why}`;
		alike.set(key, [...(alike.get(key) ?? []), choice]);
	}
	return [...alike.values()].flatMap((same) => {
		const [first] = same;
		if (first === undefined) return [];
		const { code, value, why, otherwise } = first;
		const paths = same.map(({ path }) => path);
		const text = `${paths.join(", ")} ${paths.length === 1 ? "is" : "are"} ${String(value)}${why}`;
		const settings = paths.map((path) => `--set ${path}=${String(otherwise)}`).join(" ");
		return [{ code, text, ...(otherwise === undefined ? {} : { hint: `A number is kept: ${settings}.` }) }];
	});
}
