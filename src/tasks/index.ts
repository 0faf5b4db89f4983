/** Every task: what labels are, what a network answers, what is learned and measured. */
import { classification } from "./classification/task.js";
import { multiLabel } from "./multi-label/task.js";
import { defaultTask, type TaskName } from "./names.js";
import { regression } from "./regression/task.js";
import type { Task } from "./task.js";

/** Every task by name. */
const tasks: Readonly<Record<TaskName, Task>> = { classification, "multi-label": multiLabel, regression };

/** The task of some data: what they say, or classification. */
export function taskOf({ task = defaultTask }: { readonly task?: TaskName | undefined }): Task {
	return tasks[task];
}
