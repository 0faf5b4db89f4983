import type { z } from "zod";
import { entryChoice } from "../choices.js";
import type { TaskName } from "../tasks/names.js";
import type { Loss } from "./loss.js";
import { mixture } from "./mixture.js";
import { singleLosses, withRole } from "./table.js";

/** Every objective by name. */
export const losses = { ...singleLosses, mixture } as const;

/** An objective's name and options, as a recipe writes it. */
export type LossOptions = z.infer<(typeof losses)[keyof typeof losses]["options"]>;

/** The entry of an objective, with its own types forgotten: the options decide which it is. */
export function lossOf({ name }: LossOptions): Loss<z.ZodType<LossOptions>> {
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	return losses[name];
}

/** The highest temperature at which an objective looks at the teacher's answers; `undefined` where it softens nothing. */
export function temperatureOf(objective: LossOptions): number | undefined {
	const own = lossOf(objective).temperatures?.(objective) ?? [];
	return own.length === 0 ? undefined : Math.max(...own);
}

/** Whether the loss means something else at the end of training than at its beginning. */
export function isScheduled(objective: LossOptions): boolean {
	return lossOf(objective).isScheduled?.(objective) ?? false;
}

/** Whether an objective, with all its parts, suits a task. */
export function suitsTask(objective: LossOptions, task: TaskName): boolean {
	return partsOf(objective).every((part) => lossOf(part).tasks.includes(task));
}

/** The objectives that an objective is made of; itself alone where it is no mixture. */
function partsOf(objective: LossOptions): readonly LossOptions[] {
	// The parts of an entry of the table are of the table.
	return (lossOf(objective).parts?.(objective) ?? [objective]) as readonly LossOptions[];
}

/** What in an objective needs labels. */
export interface LabelNeed {
	/** The objective, or the one of its parts. */
	readonly name: string;
	/** The option that does without labels at 0, and its value; absent where there is none. */
	readonly option?: { readonly name: string; readonly value: unknown };
}

/** What in an objective needs labels; `undefined` where nothing does. */
export function labelNeedOf(objective: LossOptions): LabelNeed | undefined {
	const part = partsOf(objective).find((one) => lossOf(one).needs(one).includes("labels"));
	if (part === undefined) return undefined;
	const { labelWeight } = lossOf(part);
	if (labelWeight === undefined) return { name: part.name };
	return { name: part.name, option: { name: labelWeight, value: Reflect.get(part, labelWeight) } };
}

/** The same objective with what is learned of the teacher over these classes alone, where it can be. */
export function overClasses(objective: LossOptions, classes: readonly number[]): LossOptions {
	return lossOf(objective).overClasses?.(objective, classes) ?? objective;
}

/** What a student may learn from its teacher. @internal */
export const distillationOptions = entryChoice(withRole(losses, "teacher")).refine(
	(objective) => asksTeacher(objective),
	{
		error: "an objective that asks the teacher among them, such as soft-targets",
		path: ["of"],
	},
);

/** What a network may learn without a teacher. @internal */
export const hardLossOptions = entryChoice(withRole(losses, "labels"));

/** The true labels alone. */
export const hardTargets = { name: "cross-entropy" } as const satisfies LossOptions;

function asksTeacher(objective: LossOptions): boolean {
	const needs = lossOf(objective).needs(objective);
	return needs.includes("teacher") || needs.includes("inner");
}
