/** A step done where its executor wants it: in a process of this machine, with what it leaves put into the store. */
import { canonicalJson } from "../canonical.js";
import { LimbeckError } from "../errors.js";
import { isRecord, shown } from "../options.js";
import type { Store } from "../store/store.js";
import type { OfferedStep } from "./executor.js";
import { materialized } from "./references.js";
import { type RunStepOptions, runStep } from "./run-step.js";
import { type StepFolders, stepEntry } from "./steps.js";

/** How a step is run, and who hears of it. */
export type ObtainOptions = Required<
	Pick<RunStepOptions, "limits" | "signal" | "onEvent" | "checkpointSeconds" | "processes">
>;

/**
 * Runs a step in a process and puts what it leaves into the store, unless it is there.
 *
 * @throws LimbeckError: the step's own; `data` where it read other data than its plan was made for; `interrupted` if
 * `signal` is aborted.
 */
export async function obtainStep(store: Store, step: OfferedStep, how: ObtainOptions): Promise<void> {
	const { key, about, label } = step;
	const note = (text: string): void => {
		how.onEvent({ kind: "note", text });
	};
	await store.obtain(
		{ key, about, run: (output, progress) => work(store, step, { ...how, folders: { output, progress } }) },
		{
			signal: how.signal,
			onDamaged: note,
			onWait: () => {
				note(`another process does ${label}: waiting for it`);
			},
		},
	);
}

async function work(
	store: Store,
	{ about, kind, options, label }: OfferedStep,
	{ folders, ...how }: ObtainOptions & { readonly folders: Omit<StepFolders, "targets"> },
): Promise<unknown> {
	const { targets } = store.rooms;
	const input = await materialized(options, ({ step, file }) => store.pathOf(step, file));
	// The kind picks the options; TypeScript cannot pair them here.
	const result: unknown = await runStep(kind, input as never, { ...how, folders: { ...folders, targets } });
	checkData(label, about, result);
	const files = await stepEntry(kind).opened?.(input as never);
	if (canonicalJson(files) !== canonicalJson(about["files"])) throw changed(label, "files", "others");
	return result;
}

/** A training tells what data it has read; a plan took them for what they were when they were last read. */
function checkData(label: string, { data }: OfferedStep["about"], result: unknown): void {
	const read = isRecord(result) && isRecord(result["data"]) ? result["data"]["fingerprint"] : undefined;
	if (data === undefined || read === undefined || read === data) return;
	throw changed(label, `samples (${shown(data)})`, `others (${shown(read)})`);
}

function changed(label: string, what: string, got: string): LimbeckError {
	return new LimbeckError("data", {
		where: `${label}: the data`,
		expected: `the ${what} that the plan was made for`,
		got,
		hint: "The files have changed in the meantime: run again.",
	});
}

/** What became of a step that {@link obtainStep} could not do, as Limbeck's own error. */
export function failureOf({ label }: OfferedStep, error: unknown): LimbeckError {
	if (error instanceof LimbeckError) return error;
	const got = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return new LimbeckError("internal", { where: label, expected: "no defect of Limbeck's own", got });
}
