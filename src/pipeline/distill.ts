import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Recipe } from "../distill/recipe.js";
import { assembleReport, type Report, type Role, type SeedResult } from "../distill/report.js";
import type { TrainOutcome } from "../distill/train-network.js";
import { fileError, writeFileAtomic } from "../files.js";
import type { LossOptions } from "../losses/index.js";
import type { TrainingEvent } from "../train/trainer.js";
import { describeEnvironment } from "./environment.js";
import { openMetricsLog } from "./metrics-log.js";
import { runStep } from "./run-step.js";

/** A training event, and whose it is. */
export type DistillEvent = TrainingEvent & { readonly seed: number; readonly role: Role };

/** How a distillation runs. */
export interface DistillOptions {
	/** The folder for the results; made where it does not exist. */
	readonly out: string;
	/** Threads inside one operator; every core where absent. */
	readonly threads?: number;
	/** Hears of progress and validation while networks train. */
	readonly onEvent?: (event: DistillEvent) => void;
	readonly signal?: AbortSignal;
}

/**
 * Runs a recipe: for every seed a teacher, a distilled student and the same student alone; then all three on the test
 * set, which nothing before has seen.
 *
 * Leaves in `out`: `teacher.onnx`, `student.onnx`, `baseline.onnx` of the first seed, those of the others in
 * `seed-N/`, `metrics.jsonl` and `report.json`. The files appear together at the end; a run that fails or is stopped
 * leaves what stood there before.
 *
 * @throws LimbeckError of every category.
 */
export async function distill(recipe: Recipe, options: DistillOptions): Promise<Report> {
	const { out, threads = availableParallelism() } = options;
	const work = await openWorkFolder(out);
	try {
		const metrics = await openMetricsLog(join(work, "metrics.jsonl"));
		const results: SeedResult[] = [];
		const onEvent = (event: DistillEvent): void => {
			options.onEvent?.(event);
			metrics.append(event);
		};
		try {
			for (let index = 0; index < recipe.seeds; index++) {
				const folder = index === 0 ? work : join(work, `seed-${String(recipe.seed + index)}`);
				await mkdir(folder, { recursive: true });
				results.push(await runSeed(recipe, recipe.seed + index, { ...options, folder, threads, onEvent }));
			}
		} finally {
			await metrics.close();
		}
		const [first, ...others] = results;
		if (first === undefined) throw new TypeError("distill: expected a seed, got none");
		const environment = await describeEnvironment(threads);
		const report = assembleReport(recipe, [first, ...others], environment, new Date().toISOString());
		await writeFileAtomic(join(work, "report.json"), `${JSON.stringify(report, undefined, "\t")}\n`);
		await publish(work, out, recipe);
		return report;
	} catch (error) {
		throw error instanceof Error && "code" in error ? fileError(error, out) : error;
	} finally {
		await rm(work, { recursive: true, force: true });
		// Removes the output folder only where nothing came into it.
		await rmdir(out).catch(() => undefined);
	}
}

interface SeedOptions extends Omit<DistillOptions, "out"> {
	readonly folder: string;
	readonly threads: number;
}

async function runSeed(
	recipe: Recipe,
	seed: number,
	{ folder, threads, onEvent, signal }: SeedOptions,
): Promise<SeedResult> {
	const { data, distillation, student, baseline } = recipe;
	const stop = signal === undefined ? {} : { signal };
	const file = (role: Role): string => join(folder, `${role}.onnx`);
	const train = (role: Role, network: Recipe["student"], loss: LossOptions): Promise<TrainOutcome> =>
		runStep(
			"train",
			{
				data,
				network,
				loss,
				seed,
				threads,
				output: file(role),
				...(role === "student" ? { teacher: file("teacher") } : {}),
			},
			{ ...stop, onEvent: (event) => onEvent?.({ seed, role, ...event }) },
		);
	const trained = {
		teacher: await train("teacher", recipe.teacher, { name: "cross-entropy" }),
		student: await train("student", student, distillation),
		baseline: await train("baseline", { ...student, ...baseline }, { name: "cross-entropy" }),
	};
	const evaluated = await runStep(
		"evaluate",
		{
			data,
			threads,
			models: { teacher: file("teacher"), baseline: file("baseline"), student: file("student") },
			fidelity: [["student", "teacher"]],
			compare: [["student", "baseline"]],
		},
		stop,
	);
	return { seed, trained, evaluated };
}

/** A folder inside `out` that holds a run's files until all are there. */
async function openWorkFolder(out: string): Promise<string> {
	const work = join(out, `.unfinished-${randomUUID()}`);
	try {
		await mkdir(work, { recursive: true });
		return work;
	} catch (error) {
		throw fileError(error, out);
	}
}

/** Moves the finished files into place; the report last, so that it never speaks of files that are not there. */
async function publish(work: string, out: string, { seed, seeds }: Recipe): Promise<void> {
	const others = Array.from({ length: seeds - 1 }, (_, index) => `seed-${String(seed + index + 1)}`);
	const names = ["teacher.onnx", "student.onnx", "baseline.onnx", ...others, "metrics.jsonl", "report.json"];
	for (const name of names) {
		if (others.includes(name)) await rm(join(out, name), { recursive: true, force: true });
		await rename(join(work, name), join(out, name));
	}
}
