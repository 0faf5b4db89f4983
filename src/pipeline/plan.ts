/** The steps of a run, each known by the hash of all that it depends on. */
import { createHash } from "node:crypto";
import { canonicalHash } from "../canonical.js";
import { importVersion } from "../models/import-version.js";
import { encodeModel } from "../onnx/encode.js";
import { readModelFile } from "../onnx/file.js";
import type { PlaceOn } from "../runtime/devices.js";
import { digestFile } from "../store/entry.js";
import type { OfferedStep } from "./executor.js";
import { isStepFile, nameOf, referencesIn, replaced, type StepFile } from "./references.js";
import { type InputFile, type PlannedInput, type StepName, stepEntry } from "./steps.js";

/** A step of a plan. */
export type PlannedStep<Name extends StepName = StepName> = Extract<OfferedStep, { readonly kind: Name }> & {
	/** Keys of the steps whose files it reads, and of those that must not have failed before it. */
	readonly inputs: readonly string[];
};

/** What a plan is made over. */
export interface PlannerOptions {
	/** The data's fingerprint: of training and validation samples, labels and splits. */
	readonly fingerprint: string;
	/** The hash of the names of classes and columns, where they are the user's. */
	readonly names?: string | undefined;
	/** Which device trains a network. */
	readonly placeOn: PlaceOn;
}

/** Makes a plan, step by step, inputs first. */
export interface Planner {
	readonly steps: readonly PlannedStep[];
	/**
	 * Adds a step, or finds the very same one.
	 *
	 * @param label - what it is called in messages, such as `seed 1, teacher`.
	 * @param after - steps that must be done before it although it reads nothing of theirs.
	 * @throws LimbeckError (`model`, `file`) for a file that it names and that cannot be read.
	 */
	add<Name extends StepName>(
		kind: Name,
		label: string,
		options: PlannedInput<Name>,
		how: { readonly cores: number; readonly after?: readonly PlannedStep[] },
	): Promise<PlannedStep<Name>>;
	/** A file of a step's output. */
	fileOf(step: PlannedStep, name: string): StepFile;
}

/**
 * Opens a plan. A step's key is SHA-256 over canonical JSON.
 *
 * In the key:
 * - the kind of step and its version: other code gives other results;
 * - its options: they are what is done; of the device that trains, none where that is the processor;
 * - the version of how models are imported, where one is a file of the user's;
 * - the names of classes and columns of users' own data, which the files of networks hold and no fingerprint;
 * - the data's fingerprint in place of the data's options: where files lie does not matter, what is in them does; for
 *   steps that open the test split the options and the hash of the files too, as no fingerprint says what is in that; for data
 *   that another step makes, that step's key;
 * - of each file that it reads, what is in it; of another step's output, that step's key: keys are known before anything
 *   has run, so that a plan can say what is there already.
 *
 * Not in the key: paths; options that the entry calls unkeyed; names for people; the engine's version and the processor,
 * which move results by rounding only, so that machines can share a store (an entry says where it was made).
 */
export function openPlanner({ fingerprint, names, placeOn }: PlannerOptions): Planner {
	const byKey = new Map<string, PlannedStep>();
	const contents = new Map<string, Promise<string>>();
	const opened = new Map<string, Promise<readonly string[]>>();
	/** What is in the users' files that a step reads, by their paths. */
	const identified = async (files: readonly InputFile[]): Promise<ReadonlyMap<string, string>> => {
		const known = new Map<string, string>();
		for (const { file: path, kind } of files) {
			if (isStepFile(path)) continue;
			const content = contents.get(path) ?? contentOf(path, kind);
			contents.set(path, content);
			known.set(path, await content);
		}
		return known;
	};
	/** What is in the data of which a step opens the test split; several steps open the same. */
	const openedBy = (kind: StepName, options: object): Promise<readonly string[]> | undefined => {
		const { opened: open } = stepEntry(kind);
		if (open === undefined) return undefined;
		const same = canonicalHash([kind, ...Object.entries(options).filter(([name]) => dataOptions.includes(name))]);
		// The entry is the one of these options.
		const content = opened.get(same) ?? open(options as never);
		opened.set(same, content);
		return content;
	};
	return {
		get steps() {
			return [...byKey.values()];
		},
		fileOf: ({ key }, file) => ({ step: key, file }),
		async add(kind, label, given, { cores, after = [] }) {
			const entry = stepEntry(kind);
			// The entry is the one of these options.
			const options = ((await entry.placed?.(given as never, placeOn)) ?? given) as typeof given;
			// The entry is the one of these options.
			const opens = entry.files(options as never);
			const references = checkedReferences(label, options, opens, byKey);
			const known = await identified(opens);
			const isForeign = opens.some(({ file, kind }) => kind === "model" && !isStepFile(file));
			const made = "data" in options && referencesIn(options.data).length > 0;
			const files = await openedBy(kind, options);
			const unkeyed = new Set<string>([...entry.unkeyed, ...(files !== undefined || made ? [] : ["data"])]);
			const keyed = Object.entries(options).filter(([name]) => !unkeyed.has(name));
			const about = {
				step: kind,
				version: entry.version,
				...(made ? {} : { data: fingerprint, ...(names === undefined ? {} : { names }) }),
				...(files === undefined ? {} : { files }),
				...(isForeign ? { importVersion } : {}),
				options: withContents(Object.fromEntries(keyed), known),
			};
			const key = canonicalHash(about);
			const inputs = [...references.map(({ step }) => step), ...after.map((step) => step.key)];
			// Kind and options are of one name.
			const step = { key, kind, label, options, about, cores, inputs } as unknown as PlannedStep<typeof kind>;
			const before = byKey.get(key);
			if (before !== undefined) return before as PlannedStep<typeof kind>;
			byKey.set(key, step);
			return step;
		},
	};
}

/** Options that name data. */
const dataOptions: readonly string[] = ["data", "foreign"];

/** The references in a step's options: each to a step of the plan, and each named by the step's kind as a file that it reads. */
function checkedReferences(
	label: string,
	options: object,
	opens: readonly InputFile[],
	steps: ReadonlyMap<string, PlannedStep>,
): readonly StepFile[] {
	const named = new Map(opens.flatMap(({ file }) => (isStepFile(file) ? [[nameOf(file), file] as const] : [])));
	for (const reference of referencesIn(options)) {
		const name = nameOf(reference);
		if (!named.has(name)) throw new TypeError(`${label}: expected a file that such a step reads, got ${name}`);
		if (!steps.has(reference.step)) throw new TypeError(`${label}: expected a step of the plan before it, got ${name}`);
	}
	return [...named.values()];
}

/** The hash of a file's content; of a model with its external data. */
async function contentOf(path: string, kind: InputFile["kind"]): Promise<string> {
	if (kind === "plain") return (await digestFile(path)).sha256;
	return createHash("sha256")
		.update(encodeModel(await readModelFile(path)))
		.digest("hex");
}

/** Options with what is known of files in the place of their paths, and of steps' outputs their keys. */
function withContents(options: object, known: ReadonlyMap<string, string>): unknown {
	return replaced(options, (leaf) => (isStepFile(leaf) ? nameOf(leaf) : (known.get(leaf) ?? leaf)));
}
