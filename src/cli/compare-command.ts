import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import {
	addEvaluateFlags,
	dataChoiceOf,
	evaluateFlags,
	foundOf,
	modelSource,
	readingOf,
	saidOf,
} from "../console/evaluate-flags.js";
import { evaluateTask } from "../console/evaluate-task.js";
import type { Terminal } from "../console/terminal.js";
import { taskNameOf } from "../data/options.js";
import { type EvaluateStep, fidelityOf, type SplitName } from "../distill/evaluation.js";
import type { FileReading } from "../distill/teachers/sources.js";
import { LimbeckError } from "../errors.js";
import { readModelFile } from "../onnx/file.js";
import { parseOptions } from "../options.js";
import { describeEnvironment } from "../pipeline/environment.js";
import { runStep } from "../pipeline/run-step.js";
import { preprocessingKey } from "../predict/metadata.js";
import { type ComparedModel, type ComparisonReport, comparisonTable, judgePairs } from "../report/comparison.js";
import { taskComparison } from "../report/task-evaluation.js";
import { modelNames } from "./model-names.js";

const flagsSchema = z.object({ ...evaluateFlags, teacher: z.string().min(1).optional() });

/** A model's file, by the name that the report gives it. */
interface NamedFile {
	readonly name: string;
	readonly file: string;
}

/** Adds `limbeck compare`. */
export function addCompareCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const command = program
		.command("compare")
		.summary("measure several models side by side, and test whether they differ")
		.description(
			"Runs several ONNX models on a data set's test split, or its validation split. Each pair is tested for a difference in errors on the " +
				"same samples (McNemar's exact test, Holm's correction where there are several pairs; paired bootstrap).",
		)
		.argument("<models...>", "two or more ONNX files")
		.option("--teacher <file>", "an ONNX file: tell how closely each model follows it");
	addEvaluateFlags(command)
		.addHelpText(
			"after",
			`
Examples:
  limbeck compare limbeck-out/student.onnx limbeck-out/baseline.onnx --data digits
  limbeck compare a/student.onnx b/student.onnx --data mnist --teacher teacher.onnx
  limbeck compare small.onnx medium.onnx large.onnx --data cifar-100 --json`,
		)
		.action(async (paths: readonly string[], raw: unknown) => {
			const flags = parseOptions(flagsSchema, raw, "limbeck compare");
			const { teacher, threads, top, split } = flags;
			const { models, taught } = namedFiles(paths, teacher);
			const data = await dataChoiceOf(flags, "limbeck compare");
			const step = { data, split, threads, details: top === undefined ? {} : { top }, judge: true } as const;
			const reading = readingOf(flags.set, "limbeck compare");
			const read = reading && {
				reading,
				files: await foreignFiles([...paths, ...(teacher === undefined ? [] : [teacher])]),
			};
			const task = taskNameOf(data);
			if (task !== undefined) {
				const all = taught === undefined || models.includes(taught) ? models : [...models, taught];
				const sources = all.map(({ name, file }) => [name, sourceOf(file, read)] as const);
				const files = Object.fromEntries(all.map(({ name, file }) => [name, file]));
				const measured = { ...step, models: Object.fromEntries(sources) };
				const report = await evaluateTask(measured, { files, task, teacher: taught?.name }, signal);
				terminal.print(flags.json ? JSON.stringify(report) : taskComparison(report, terminal.width));
				return;
			}
			const report = await compare(step, models, taught, read, signal);
			terminal.print(flags.json ? JSON.stringify(report) : comparisonTable(report, terminal.width));
		});
}

function namedFiles(
	paths: readonly string[],
	teacher: string | undefined,
): { readonly models: readonly NamedFile[]; readonly taught: NamedFile | undefined } {
	if (paths.length < 2) {
		throw new LimbeckError("usage", {
			where: "limbeck compare",
			expected: "two models or more",
			got: paths.join(" "),
			hint: "To measure one model: limbeck evaluate --model FILE.",
		});
	}
	const names = modelNames(teacher === undefined ? paths : [...paths, teacher]);
	const models = paths.map((file, index) => ({ name: names[index] ?? file, file }));
	// A teacher that is among the models is measured once.
	const among = models.find(({ file }) => teacher !== undefined && resolve(file) === resolve(teacher));
	const taught = teacher === undefined ? undefined : (among ?? { name: names.at(-1) ?? teacher, file: teacher });
	return { models, taught };
}

/**
 * The files that do not say how they want their samples: those are read as settings say.
 *
 * @throws LimbeckError (`usage`) where there are none.
 */
async function foreignFiles(files: readonly string[]): Promise<readonly string[]> {
	const models = await Promise.all(files.map((file) => readModelFile(file)));
	const foreign = files.filter((_, at) => models[at]?.metadata.has(preprocessingKey) === false);
	if (foreign.length > 0) return foreign;
	throw new LimbeckError("usage", {
		where: "--set model.…",
		expected: "a model whose file does not say how it wants its samples",
		got: "files that all do",
	});
}

/** How models that do not say how they are read are read, and which files these are. */
interface Read {
	readonly reading: FileReading;
	readonly files: readonly string[];
}

function sourceOf(file: string, read: Read | undefined): ReturnType<typeof modelSource> {
	return modelSource(file, read?.files.includes(file) === true ? read.reading : undefined);
}

async function compare(
	step: Pick<EvaluateStep, "data" | "details" | "judge"> & { readonly threads: number; readonly split: SplitName },
	models: readonly NamedFile[],
	taught: NamedFile | undefined,
	read: Read | undefined,
	signal: AbortSignal,
): Promise<ComparisonReport> {
	const all = taught === undefined ? models : [...models, taught];
	const pairs = models.flatMap(({ name: a }, index) => models.slice(index + 1).map(({ name: b }) => [a, b] as const));
	const outcome = await runStep(
		"evaluate",
		{
			...step,
			models: Object.fromEntries(all.map(({ name, file }) => [name, sourceOf(file, read)])),
			fidelity: taught === undefined ? [] : models.map(({ name }) => [name, taught.name] as const),
			compare: pairs,
		},
		{ signal },
	);
	const compared = ({ name, file }: NamedFile): ComparedModel => ({ name, file, ...foundOf(outcome, name) });
	return {
		data: step.data.name,
		split: step.split,
		samples: outcome.test,
		models: models.map((model) => ({ ...compared(model), ...fidelityOf(outcome, model.name, taught?.name ?? "") })),
		...(taught === undefined ? {} : { teacher: compared(taught) }),
		pairs: judgePairs(pairs, outcome.comparisons),
		...saidOf(outcome, Object.fromEntries(all.map(({ name }) => [name, JSON.stringify(name)])), step.split),
		environment: await describeEnvironment(step.threads),
	};
}
