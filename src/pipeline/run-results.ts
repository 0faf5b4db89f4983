/** What a run leaves in its output folder. */
import { randomUUID } from "node:crypto";
import { constants, copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TrainOutcome } from "../distill/train-network.js";
import { fileError, writeFileAtomic } from "../files.js";
import { type Finished, outputs } from "./drive.js";
import { publish, runFiles } from "./output-folder.js";
import type { PlannedRun } from "./planned-run.js";
import type { StepFile } from "./references.js";
import type { RunDetails, SeedEvent } from "./run-types.js";
import { modelFile } from "./steps.js";

/** Writes a run's files into its output folder: together, at the end. */
export async function leaveResults<Event extends SeedEvent, Result>(
	{ seeds, planner, store }: PlannedRun<Event, Result>,
	finished: Finished,
	{ report, details }: { readonly report: object; readonly details: Omit<RunDetails, "files"> },
	out: string,
): Promise<void> {
	const work = join(out, `.unfinished-${randomUUID()}`);
	const outputOf = outputs(finished);
	try {
		await mkdir(work, { recursive: true });
		const lines: object[] = [];
		const files: string[] = [];
		const leaveFile = async (seed: string, name: string, { step, file }: StepFile): Promise<void> => {
			const path = join(seed, name);
			await copyTo(join(work, path), await store.pathOf(step, file));
			files.push(path);
		};
		for (const [k, { seed, plan }] of seeds.entries()) {
			const folder = k === 0 ? "" : `seed-${String(seed)}`;
			for (const { name, step, about } of plan.networks) {
				if (name !== undefined) await leaveFile(folder, `${name}.onnx`, planner.fileOf(step, modelFile));
				lines.push(...curveLines(outputOf(step), { seed, ...about }));
			}
			for (const { name, from } of plan.files ?? []) await leaveFile(folder, name, from);
		}
		const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
		const whole: RunDetails = { ...details, files };
		await writeFileAtomic(join(work, runFiles.metrics), text);
		await writeFileAtomic(join(work, runFiles.details), `${JSON.stringify(whole)}\n`);
		await writeFileAtomic(join(work, runFiles.report), `${JSON.stringify(report, undefined, "\t")}\n`);
		await publish(work, out, files);
	} catch (error) {
		throw error instanceof Error && "code" in error ? fileError(error, out) : error;
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

async function copyTo(target: string, from: string): Promise<void> {
	await mkdir(dirname(target), { recursive: true });
	await copyFile(from, target, constants.COPYFILE_FICLONE);
}

/** A network's losses and looks at validation, whenever it was trained. */
function curveLines({ curve, steps, epochs }: TrainOutcome, about: object): readonly object[] {
	const epochOf = (step: number): number => (epochs * step) / steps;
	return [
		...curve.losses.map(({ step, loss }) => ({ ...about, kind: "progress", step, steps, epoch: epochOf(step), loss })),
		...curve.validations.map((seen) => ({ ...about, kind: "validation", epoch: epochOf(seen.step), ...seen })),
	];
}
