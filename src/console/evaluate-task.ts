/** Measures models of another task than classification. */
import { type EvaluateStep, fidelityOf, type SplitName } from "../distill/evaluation.js";
import { describeEnvironment } from "../pipeline/environment.js";
import { runStep } from "../pipeline/run-step.js";
import { type TaskReport, taskModels } from "../report/task-evaluation.js";
import type { TaskName } from "../tasks/names.js";
import { saidOf } from "./evaluate-flags.js";

/** Models to measure. */
export interface MeasuredFiles {
	/** Their files, by the names that results have. */
	readonly files: Readonly<Record<string, string>>;
	readonly task: TaskName;
	/** The one that the others are to follow. */
	readonly teacher?: string | undefined;
}

/**
 * Measures models, and compares each with every other.
 *
 * @throws LimbeckError as the step `evaluate` does.
 */
export async function evaluateTask(
	step: EvaluateStep & { readonly split: SplitName; readonly threads: number },
	{ files, task, teacher }: MeasuredFiles,
	signal: AbortSignal,
): Promise<TaskReport> {
	const names = Object.keys(files);
	const pairs = names.flatMap((a, index) => names.slice(index + 1).map((b) => [a, b] as const));
	const pupils = teacher === undefined ? [] : names.filter((name) => name !== teacher);
	const fidelity = pupils.map((name) => [name, teacher ?? ""] as const);
	const outcome = await runStep("evaluate", { ...step, compare: pairs, fidelity }, { signal });
	const titles = Object.fromEntries(
		names.map((name) => [name, names.length === 1 ? "the model" : JSON.stringify(name)]),
	);
	const { diagnosis, notices } = saidOf(outcome, titles, step.split);
	return {
		task,
		data: step.data.name,
		split: step.split,
		samples: outcome.test,
		models: taskModels(outcome, files).map((model) => ({
			...model,
			...fidelityOf(outcome, model.name, teacher ?? ""),
		})),
		pairs: outcome.comparisons,
		diagnosis,
		...(notices === undefined ? {} : { notices }),
		environment: await describeEnvironment(step.threads),
	};
}
