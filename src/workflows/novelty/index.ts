import type { Workflow } from "../workflow.js";

/** Samples that a model does not know are sought. */
export const noveltyWorkflow = {
	command: async () => (await import("./command.js")).addNoveltyCommand,
} as const satisfies Workflow;
