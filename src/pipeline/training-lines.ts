/**
 * A line of metrics.jsonl. The log of a run in the store has what its trainings tell as they go on; what a run leaves beside
 * its report has their curves.
 */
import { z } from "zod";

/** Whose a line is; a workflow names its networks by some of these. */
const whose = {
	seed: z.number(),
	role: z.string().exactOptional(),
	/** Of several in that role, counted from 1. */
	member: z.number().exactOptional(),
	network: z.string().exactOptional(),
};

/** Where in its training it is; `epoch` counts from 0 and has a fraction. */
const place = { step: z.number(), epoch: z.number() };

const progress = z.object({
	kind: z.literal("progress"),
	...whose,
	...place,
	steps: z.number(),
	loss: z.number(),
});

/** By the labels, or without them by the teacher. */
const validation = z.object({
	kind: z.literal("validation"),
	...whose,
	...place,
	errors: z.number().exactOptional(),
	accuracy: z.number().exactOptional(),
	nll: z.number().exactOptional(),
	agreement: z.number().exactOptional(),
	klToTeacher: z.number().exactOptional(),
});

const note = z.object({ kind: z.literal("note"), ...whose, text: z.string() });

const teacher = z.object({ kind: z.literal("teacher"), ...whose });

/** A point of a curve: a mean loss, or a look at the validation split. */
export const curveLine = z.discriminatedUnion("kind", [progress, validation]);

/** A point of a curve: a mean loss, or a look at the validation split. */
export type CurveLine = Readonly<z.infer<typeof curveLine>>;

const logged = {
	/** The label of the training's step. */
	label: z.string(),
	/** Seconds since the run began. */
	seconds: z.number(),
};

/** A line of a run's log in the store. */
export const logLine = z.discriminatedUnion("kind", [
	progress.extend({
		...logged,
		/** Training samples a second. */
		throughput: z.number(),
		/** Bytes that its process holds. */
		memory: z.number().exactOptional(),
	}),
	validation.extend(logged),
	note.extend(logged),
	teacher.extend(logged),
]);

/** A line of a run's log in the store. */
export type LogLine = Readonly<z.infer<typeof logLine>>;
