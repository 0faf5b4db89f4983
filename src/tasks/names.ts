/** The tasks by name, with the kind of their labels: what data must know of them, and no more. */
import type { LabelKind } from "./labels.js";

/** The labels that each task learns from. A task is an entry in `index.ts`. */
export const taskLabels = {
	classification: "class",
	"multi-label": "marks",
	regression: "values",
} as const satisfies Record<string, LabelKind>;

/** The name of a task. */
export type TaskName = keyof typeof taskLabels;

/** The names of all tasks. */
// Object.keys widens the keys of the table to string.
export const taskNames = Object.keys(taskLabels) as [TaskName, ...TaskName[]];

/** The task of data that name none. */
export const defaultTask = "classification" satisfies TaskName;
