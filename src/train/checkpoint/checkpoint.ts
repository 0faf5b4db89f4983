/** All that a training needs to go on as if it had not stopped, and its form as a file. */
import { z } from "zod";
import { LimbeckError } from "../../errors.js";
import { elementCount } from "../../onnx/tensor.js";
import { figureNames } from "../../tasks/figures.js";
import type { ValidationFigures } from "../labels.js";
import type { State } from "../state.js";
import { decodeTensors, encodeTensors } from "./safetensors.js";

/** A state that training may end with. */
export interface Candidate {
	readonly state: State;
	/** Steps taken. */
	readonly step: number;
	/** On the validation split. */
	readonly figures: ValidationFigures;
}

/** What a look at the validation split saw, after so many steps. */
export type Validation = ValidationFigures & { readonly step: number };

/** What was seen of a training so far. */
export interface History {
	/** The loss of every step, before its update. */
	readonly losses: Float32Array;
	/** Looks at the validation split, in order. */
	readonly validations: readonly Validation[];
}

/** A return to an earlier step, from where training went on with a smaller learning rate. */
export interface Rollback {
	/** Steps taken when what is the cause was seen. */
	readonly from: number;
	/** The step gone back to. */
	readonly to: number;
}

/**
 * A training between two steps. Randomness needs no place in it: order, views and masks are functions of seed and step.
 */
export interface Checkpoint {
	/** Steps taken, those that were rolled back included: it grows from checkpoint to checkpoint. */
	readonly step: number;
	/** Returns to earlier steps, in order. */
	readonly rollbacks: readonly Rollback[];
	/** Weights, running averages and the optimizer's state. */
	readonly state: State;
	/** What training would end with; absent before the first look at the validation split. */
	readonly kept?: Candidate;
	/** What training would go back to; absent before the first look at the validation split, or where it never does. */
	readonly good?: State;
	readonly history: History;
	/** Wall-clock time that it took. */
	readonly seconds: number;
}

/** Steps that were taken and rolled back. */
export function stepsLost(rollbacks: readonly Rollback[]): number {
	return rollbacks.reduce((sum, { from, to }) => sum + from - to, 0);
}

/** Where checkpoints are kept. */
export interface Checkpoints {
	/** The newest that is whole. */
	newest(): Promise<Checkpoint | undefined>;
	/**
	 * Resolves when it will outlast a power cut. Then training goes on, and may write over the states' memory: whoever
	 * keeps a checkpoint in memory copies it.
	 */
	save(checkpoint: Checkpoint): Promise<void>;
}

const format = "limbeck-checkpoint/1";
const natural = z.int().min(0);
// JSON has no infinity.
const measure = z
	.number()
	.nullable()
	.transform((value) => value ?? Number.POSITIVE_INFINITY);
const figures = z.partialRecord(z.enum(figureNames), measure);
const about = z.strictObject({
	format: z.literal(format),
	step: natural,
	seconds: z.number().min(0),
	rollbacks: z.array(z.strictObject({ from: natural, to: natural })),
	kept: z.strictObject({ step: natural, figures, state: z.enum(["own", "current"]) }).optional(),
	good: z.enum(["own", "current", "kept"]).optional(),
	validations: z.array(z.strictObject({ step: natural, figures })),
});
const aboutKey = "limbeck";

/**
 * The most bytes that a training's checkpoint takes.
 *
 * @param carried - what one of its states holds.
 */
export function checkpointBytes(
	carried: readonly { readonly name: string; readonly dims: readonly number[] }[],
	{ steps, looks, keep, goesBack }: CheckpointSize,
): number {
	const state = carried.reduce((sum, { name, dims }) => sum + 4 * elementCount(dims) + name.length + entryBytes, 0);
	// After a look before the last: the best state, and the one to go back to, which need not be the best.
	const states = looks === 1 ? 1 : 1 + Number(keep === "best") + Number(goesBack);
	return states * state + 4 * steps;
}

/** What a checkpoint's size depends on besides its states. */
export interface CheckpointSize {
	readonly steps: number;
	/** At the validation split. */
	readonly looks: number;
	readonly keep: "last" | "best";
	/** Whether training goes back where it diverges. */
	readonly goesBack: boolean;
}

/** Of a tensor, what the file's header says besides its name, about. */
const entryBytes = 70;

/** The parts of the file, by the beginning of their tensors' names. */
const parts = { state: "state/", kept: "kept/", good: "good/" } as const;
const lossesName = "losses";

/** A checkpoint as a safetensors file; the same checkpoint gives the same bytes. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
	const { step, seconds, rollbacks, state, kept, good, history } = checkpoint;
	const current = kept?.state === state;
	const goodIs = good === state ? "current" : good === kept?.state ? "kept" : "own";
	const { losses, validations } = history;
	const told: z.input<typeof about> = {
		format,
		step,
		seconds,
		rollbacks: [...rollbacks],
		...(good === undefined ? {} : { good: goodIs }),
		...(kept === undefined
			? {}
			: { kept: { step: kept.step, figures: kept.figures, state: current ? "current" : "own" } }),
		validations: validations.map(({ step: at, ...figures }) => ({ step: at, figures })),
	};
	return encodeTensors({
		tensors: {
			...prefixed(parts.state, state),
			...(kept === undefined || current ? {} : prefixed(parts.kept, kept.state)),
			...(good === undefined || goodIs !== "own" ? {} : prefixed(parts.good, good)),
			[lossesName]: { type: "float", dims: [losses.length], data: losses },
		},
		metadata: { [aboutKey]: JSON.stringify(told) },
	});
}

/**
 * Reads a checkpoint.
 *
 * @param where - the file, for messages.
 * @throws LimbeckError (`file`) for anything else.
 */
export function decodeCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
	const { tensors, metadata } = decodeTensors(bytes, where);
	const { step, seconds, rollbacks, kept: told, good: goodIs, validations } = readAbout(metadata[aboutKey], where);
	const state = withoutPrefix(parts.state, tensors);
	const losses = tensors[lossesName];
	const place = step - stepsLost(rollbacks);
	if (losses?.type !== "float" || losses.data.length !== place) {
		throw notACheckpoint(where, `the losses of ${String(place)} steps`);
	}
	const kept = told && { ...told, state: told.state === "current" ? state : withoutPrefix(parts.kept, tensors) };
	const states = { own: () => withoutPrefix(parts.good, tensors), current: () => state, kept: () => kept?.state };
	const good = goodIs && states[goodIs]();
	return {
		step,
		seconds,
		rollbacks,
		state,
		...(kept === undefined ? {} : { kept }),
		...(good === undefined ? {} : { good }),
		history: {
			losses: losses.data,
			validations: validations.map(({ step: at, figures: seen }) => ({ step: at, ...seen })),
		},
	};
}

function readAbout(text: string | undefined, where: string): z.infer<typeof about> {
	try {
		return about.parse(JSON.parse(text ?? ""));
	} catch (cause) {
		throw notACheckpoint(where, "a description", cause);
	}
}

function notACheckpoint(where: string, expected: string, cause?: unknown): LimbeckError {
	return new LimbeckError("file", { where, expected: `a checkpoint with ${expected}`, got: "none", cause });
}

function prefixed(prefix: string, state: State): State {
	return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [prefix + name, tensor]));
}

function withoutPrefix(prefix: string, tensors: State): State {
	const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
	return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
