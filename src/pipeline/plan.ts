/** The steps of a run, each known by the hash of all that it depends on. */
import { createHash } from "node:crypto";
import { join, relative, sep } from "node:path";
import { canonicalHash } from "../canonical.js";
import { importVersion } from "../models/import-version.js";
import { encodeModel } from "../onnx/encode.js";
import { readModelFile } from "../onnx/file.js";
import { isRecord } from "../options.js";
import type { PlaceOn } from "../runtime/devices.js";
import { digestFile } from "../store/entry.js";
import { entryFolder } from "../store/folder-store.js";
import type { OfferedStep } from "./executor.js";
import { type InputFile, type StepInput, type StepName, stepEntry } from "./steps.js";

/** A step of a plan. */
export type PlannedStep<Name extends StepName = StepName> = Extract<OfferedStep, { readonly kind: Name }> & {
	/** Keys of the steps whose files it reads, and of those that must not have failed before it. */
	readonly inputs: readonly string[];
};

/** What a plan is made over. */
export interface PlannerOptions {
	/** The store's folder. */
	readonly folder: string;
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
		options: StepInput<Name>,
		how: { readonly cores: number; readonly after?: readonly PlannedStep[] },
	): Promise<PlannedStep<Name>>;
	/** Where a step's output will be. */
	fileOf(step: PlannedStep, name: string): string;
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
export function openPlanner({ folder, fingerprint, names, placeOn }: PlannerOptions): Planner {
	const byKey = new Map<string, PlannedStep>();
	const contents = new Map<string, Promise<string>>();
	const opened = new Map<string, Promise<readonly string[]>>();
	const entries = join(folder, "entries");
	const identify = async (file: InputFile): Promise<Known> => {
		const inside = relative(entries, file.path);
		const [key = "", name = ""] = inside.split(sep);
		if (byKey.has(key)) return { file: `${key}/${name}`, input: [key] };
		const content = contents.get(file.path) ?? contentOf(file);
		contents.set(file.path, content);
		return { file: await content, input: [] };
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
		fileOf: ({ key }, name) => join(entryFolder(folder, key), name),
		async add(kind, label, given, { cores, after = [] }) {
			const entry = stepEntry(kind);
			// The entry is the one of these options.
			const options = ((await entry.placed?.(given as never, placeOn)) ?? given) as typeof given;
			// The entry is the one of these options.
			const opens = entry.files(options as never);
			const known = new Map<string, Known>();
			for (const file of opens) known.set(file.path, await identify(file));
			const isForeign = opens.some(({ path, kind }) => kind === "model" && known.get(path)?.input.length === 0);
			const made = isMade(options, known);
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
			const inputs = [...[...known.values()].flatMap(({ input }) => input), ...after.map((step) => step.key)];
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

/** What stands in a key for a file, and the step that makes it. */
interface Known {
	readonly file: string;
	readonly input: readonly string[];
}

/** Whether a step's data are another step's output. */
function isMade(options: object, known: ReadonlyMap<string, Known>): boolean {
	const data: unknown = "data" in options ? options.data : undefined;
	const file = isRecord(data) ? data["file"] : undefined;
	return typeof file === "string" && (known.get(file)?.input.length ?? 0) > 0;
}

/** The hash of a file's content; of a model with its external data. */
async function contentOf({ path, kind }: InputFile): Promise<string> {
	if (kind === "plain") return (await digestFile(path)).sha256;
	return createHash("sha256")
		.update(encodeModel(await readModelFile(path)))
		.digest("hex");
}

/** Plain data with what is known of files in place of their paths. */
function withContents(value: unknown, known: ReadonlyMap<string, Known>): unknown {
	if (typeof value === "string") return known.get(value)?.file ?? value;
	if (Array.isArray(value)) return value.map((one) => withContents(one, known));
	if (!isRecord(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withContents(one, known)]));
}
