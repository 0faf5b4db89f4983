/** Data whose labels are classes, for whoever works with classes alone. */
import { LimbeckError } from "../errors.js";
import type { TaskName } from "../tasks/names.js";
import type { AnyDataSet, AnyTestSet, DataSet, TestSet } from "./data-set.js";

/**
 * A data set whose labels are classes.
 *
 * @param where - who needs them, for messages.
 * @throws LimbeckError (`usage`) for the data of another task.
 */
export function classData(data: AnyDataSet, where: string): DataSet {
	refuseOthers(data, where);
	// The task says what its labels are.
	return data as DataSet;
}

/** {@link classData} of a test split. */
export function classTest(test: AnyTestSet, where: string): TestSet {
	refuseOthers(test, where);
	// The task says what its labels are.
	return test as TestSet;
}

/** Refuses data of another task, where classes are needed. @throws LimbeckError (`usage`). */
export function refuseOthers({ task }: { readonly task?: TaskName | undefined }, where: string): void {
	if (task === undefined) return;
	throw new LimbeckError("usage", {
		where,
		expected: "data whose labels are classes, the task classification",
		got: `the task ${task}`,
	});
}
