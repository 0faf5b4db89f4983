/** The registry of workflows: a folder each, and a line here. */
import { LimbeckError } from "../errors.js";
import type { ReportKind } from "../report/html/report-kind.js";
import { distillWorkflow } from "./distill/index.js";
import { exportWorkflow } from "./export/index.js";
import { noveltyWorkflow } from "./novelty/index.js";
import { specializeWorkflow } from "./specialize/index.js";
import { speechWorkflow } from "./speech/index.js";
import { studyWorkflow } from "./study/index.js";
import { trainWorkflow } from "./train/index.js";
import type { Perform, Workflow } from "./workflow.js";

/** The workflows by the names of their commands, in the order of the help. */
export const workflows: Readonly<Record<string, Workflow>> = {
	distill: distillWorkflow,
	train: trainWorkflow,
	specialize: specializeWorkflow,
	speech: speechWorkflow,
	study: studyWorkflow,
	novelty: noveltyWorkflow,
	export: exportWorkflow,
};

/**
 * What goes on with recorded runs of a workflow.
 *
 * @param where - the run, for the message.
 * @throws LimbeckError (`usage`) where this version has no such workflow.
 */
export async function performOf(name: string, where: string): Promise<Perform> {
	const perform = await workflowOf(name)?.perform?.();
	if (perform !== undefined) return perform;
	const performers = Object.entries(workflows).filter((entry) => entry[1].perform !== undefined);
	throw new LimbeckError("usage", {
		where,
		expected: `a run of ${performers.map(([known]) => known).join(", ")}`,
		got: `one of ${name}`,
		hint: "Go on with the version of Limbeck that began it.",
	});
}

/** The workflow of a recorded run; nothing where another version has made it that has others. */
export function workflowOf(name: string): Workflow | undefined {
	return Object.hasOwn(workflows, name) ? workflows[name] : undefined;
}

/** What makes the kind of reports that report.json calls so; nothing where no workflow has it. */
export function reportKindOf(name: string): (() => Promise<ReportKind>) | undefined {
	const kinds = Object.values(workflows).flatMap(({ reports }) => Object.entries(reports ?? {}));
	return kinds.find(([kind]) => kind === name)?.[1];
}
