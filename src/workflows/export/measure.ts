/** Measures what is shipped: the files themselves, on the test split, decoded as here and as transformers.js decodes. */
import { join } from "node:path";
import { asTransformersDecodes, type DataChoice } from "../../data/options.js";
import type { ExportedModel } from "../../deploy/report.js";
import { dependsOnBatch } from "../../distill/alone.js";
import { type EnsembleSource, together } from "../../distill/teachers/sources.js";
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import { runStep } from "../../pipeline/run-step.js";
import type { StepOutput } from "../../pipeline/steps.js";
import { type Precision, precisions } from "../../predict/precisions.js";

/** What is measured. */
export interface ShippedModels {
	/** The folder that their files are in. */
	readonly folder: string;
	readonly made: readonly Precision[];
	readonly data: DataChoice;
	readonly threads: number;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Evaluates the files on the test split, in a process of its own.
 *
 * @throws LimbeckError (`model`) for a model that answers a sample otherwise alone than in a batch: none should be shipped.
 */
export async function measureShipped(models: ShippedModels, where: string): Promise<StepOutput<"evaluate">> {
	const measured = await evaluate(models, models.data, where);
	const bound = measured.notices?.find(({ code }) => code === dependsOnBatch);
	if (bound === undefined) return measured;
	throw new LimbeckError("model", {
		where,
		expected: "a model that answers a sample alone as it does in a batch",
		got: bound.text,
		...(bound.hint === undefined ? {} : { hint: bound.hint }),
	});
}

/** What transformers.js makes of the test pictures. */
export interface InTransformers {
	/** By precision; none where it is not known. */
	readonly models: Readonly<Partial<Record<Precision, NonNullable<ExportedModel["transformers"]>>>>;
	readonly notices: readonly Notice[];
}

/** The most by which accuracy may differ without a word, as a share: half a point. */
const mostDifference = 0.005;

/**
 * Evaluates the files on the test pictures as transformers.js decodes them; pictures that it cannot read are errors.
 *
 * @param here - what they do on the pictures as they are decoded here.
 * @param where - the model that was exported, for messages.
 */
export async function measureInTransformers(
	models: ShippedModels,
	here: StepOutput<"evaluate">,
	where: string,
): Promise<InTransformers> {
	const decoded = asTransformersDecodes(models.data);
	const own = here.models["float32"]?.accuracy;
	if (decoded === undefined || own === undefined) return { models: {}, notices: [] };
	try {
		const there = await evaluate(models, decoded, where);
		const unread = here.test - there.test;
		const measured = Object.fromEntries(
			Object.entries(there.models).flatMap(([name, { errors }]) => {
				if (errors === undefined) return [];
				return [[name, { errors: errors + unread, accuracy: 1 - (errors + unread) / here.test }] as const];
			}),
		) as InTransformers["models"]; // The names are those that were asked for.
		const accuracy = measured.float32?.accuracy ?? 0;
		const notices = [
			...(unread > 0 ? [unreadNotice(unread, here.test)] : []),
			...(Math.abs(accuracy - own) > mostDifference ? [differenceNotice(accuracy, own, hintFor(here))] : []),
		];
		return { models: measured, notices };
	} catch (error) {
		if (!(error instanceof LimbeckError) || error.category !== "data") throw error;
		return { models: {}, notices: [unreadableNotice(error)] };
	}
}

/** Evaluates the files, which messages call by the model that they were made of: their folder is gone afterwards. */
function evaluate(
	{ folder, made, threads, signal }: ShippedModels,
	data: DataChoice,
	where: string,
): Promise<StepOutput<"evaluate">> {
	const modelOf = (precision: Precision): EnsembleSource =>
		together({ file: join(folder, precisions[precision]), name: `${where} as ${precision}`, outputs: "auto" });
	const step = {
		data,
		threads,
		models: Object.fromEntries(made.map((precision) => [precision, modelOf(precision)])),
		fidelity: made.map((precision) => [precision, "float32"] as const),
	};
	return runStep("evaluate", step, signal === undefined ? {} : { signal });
}

const points = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** What can be done where transformers.js decodes pictures otherwise. */
function hintFor({ notices = [] }: StepOutput<"evaluate">): string {
	return notices.some(({ code }) => code.startsWith("pixel"))
		? "Save the pictures with 8 bits a pixel: others become black or white there."
		: "Train with data.decode=transformers.js: pictures are then decoded here as they are there.";
}

function unreadNotice(unread: number, test: number): Notice {
	return {
		code: "transformers-unread",
		text: `transformers.js cannot read ${String(unread)} of ${String(test)} test pictures; they count as errors there.`,
		hint: "Save such pictures as PNG or JPEG.",
	};
}

function differenceNotice(there: number, here: number, hint: string): Notice {
	return {
		code: "transformers-differs",
		text: `In transformers.js the float32 model is right on ${points(there)} of the test pictures, here on ${points(here)}: it decodes them otherwise.`,
		hint,
	};
}

function unreadableNotice({ message }: LimbeckError): Notice {
	return {
		code: "transformers-unread",
		text: `transformers.js cannot read enough of these pictures, so the accuracy there is not known (${message}).`,
		hint: "Save the pictures as PNG or JPEG.",
	};
}
