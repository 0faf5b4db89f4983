/** What `evaluate` and `compare` have in common on the command line. */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { z } from "zod";
import type { DataChoice } from "../data/options.js";
import { diagnose, guessingCode } from "../distill/diagnosis/index.js";
import { evaluationEvidence } from "../distill/diagnosis/of-networks.js";
import { type Evaluation, isLabelled, type SplitName, splitNames } from "../distill/evaluation.js";
import type { EvaluationDetails } from "../distill/evaluation-details.js";
import { readingShape } from "../distill/teachers/options.js";
import { type EnsembleSource, type FileReading, fileMember } from "../distill/teachers/sources.js";
import { atChanceCode } from "../distill/teachers/verdict.js";
import type { ClassBalance } from "../metrics/index.js";
import type { Notice } from "../notices.js";
import { parseOptions } from "../options.js";
import type { StepOutput } from "../pipeline/steps.js";
import { applySettings } from "../settings.js";
import { taskNames } from "../tasks/names.js";
import { dataChoice, dataFields } from "./data-flags.js";
import { collect } from "./run-flags.js";

/** The flags' types, to be taken into a command's own schema. */
export const evaluateFlags = {
	data: z.string(),
	folder: z.string().optional(),
	task: z.enum(taskNames).optional(),
	set: z.array(z.string()).default([]),
	split: z.enum(splitNames).default("test"),
	top: z
		.string()
		.refine((text) => /^[1-9]\d{0,5}(?:,[1-9]\d{0,5})*$/.test(text), "whole numbers from 1 on, such as 1,5")
		.transform((text) => text.split(",").map(Number))
		.optional(),
	threads: z.coerce.number().pipe(z.int().min(1).max(1024)).default(availableParallelism()),
	json: z.boolean().default(false),
};

type EvaluateFlags = z.infer<z.ZodObject<typeof evaluateFlags>>;

/** The flags that choose data. */
type DataFlags = Pick<EvaluateFlags, "data" | "folder" | "task" | "set">;

/** Adds the flags to a command. */
export function addEvaluateFlags(command: Command): Command {
	command.requiredOption("--data <name|path>", "data set, or data of yours: see limbeck data list");
	return addTaskFlag(addDataFlags(command))
		.option("--split <name>", "test, or validation: to choose by (default: test)")
		.option("--top <k,k>", "top-k accuracies to tell (default: 1, and 5 where there are more than five classes)");
}

/** Adds what says what is learned from the labels of the data. */
export function addTaskFlag(command: Command): Command {
	return command.option("--task <name>", `what the labels are: ${taskNames.join(", ")} (default: classification)`);
}

/** Adds what says more of the data than `--data`, and how the work is done and told. */
export function addDataFlags(command: Command): Command {
	return command
		.option(
			"--folder <folder>",
			"folder with the data set's files (default: LIMBECK_DATA, or where data get puts them)",
		)
		.option(
			"--set <path=value>",
			"set an option of the data, such as data.label=species, or how a model is read: model.input, output, outputs, select, classes; may be given many times",
			collect,
		)
		.option("--threads <count>", "threads to use (default: every core)")
		.option("--json", "print one JSON object on stdout");
}

/** The data that the flags choose. */
export async function dataChoiceOf({ data, folder, task, set }: DataFlags, where: string): Promise<DataChoice> {
	const fields = { ...(await dataFields(data, folder)), ...(task === undefined ? {} : { task }) };
	const written = applySettings({ data: fields }, dataSettings(set), dataChoice);
	return parseOptions(dataChoice, written, where).data;
}

/** Settings that say how a model is read; in recipes it is the teacher. */
const aboutModel = /^(?:model|teacher)(?=[.=])/;

/** The settings that are not about how a model is read. */
export function dataSettings(set: readonly string[]): readonly string[] {
	return set.filter((setting) => !aboutModel.test(setting));
}

const readingChoice = z.strictObject({ model: z.strictObject(readingShape) });

/** How models are read, as settings such as `model.input={…}` say; `undefined` where none does. */
export function readingOf(set: readonly string[], where: string): FileReading | undefined {
	const own = set.filter((setting) => aboutModel.test(setting));
	if (own.length === 0) return undefined;
	const settings = own.map((setting) => setting.replace(aboutModel, "model"));
	return parseOptions(readingChoice, applySettings({ model: {} }, settings, readingChoice), where).model;
}

/** A model's file, or the file with how it is read. */
export function modelSource(file: string, reading: FileReading | undefined): string | EnsembleSource {
	return reading === undefined ? file : { members: [fileMember(file, reading)], combine: "arithmetic" };
}

/** What was found out about one model, with `null` for multiply-adds that are not known. */
export type Found = Omit<Evaluation, "multiplyAdds"> & EvaluationDetails & { readonly multiplyAdds: number | null };

/** What is said of models that were evaluated and of the data. @param names - those models, as sentences call them. */
export function saidOf(
	outcome: StepOutput<"evaluate">,
	names: Readonly<Record<string, string>>,
	split: SplitName,
): { readonly balance?: ClassBalance; readonly diagnosis: readonly Notice[]; readonly notices?: readonly Notice[] } {
	const { byClass } = outcome;
	const diagnosis = diagnose(evaluationEvidence(names, outcome, split));
	// Of training samples the same is no news.
	const isSaid = diagnosis.some(({ code }) => code === guessingCode);
	const notices = outcome.notices?.filter(({ code }) => !isSaid || code !== atChanceCode) ?? [];
	return {
		...(byClass === undefined ? {} : { balance: byClass.balance }),
		diagnosis,
		...(notices.length === 0 ? {} : { notices }),
	};
}

/** Everything about one of the models that were evaluated with details. */
export function foundOf({ models, details }: StepOutput<"evaluate">, name: string): Found {
	const [evaluation, more] = [models[name], details[name]];
	if (evaluation === undefined || more === undefined || !isLabelled(evaluation)) {
		throw new TypeError(`evaluate: expected an evaluation of ${name} with details, got none`);
	}
	return { ...evaluation, multiplyAdds: evaluation.multiplyAdds ?? null, ...more };
}
