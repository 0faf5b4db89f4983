import type { Workflow } from "../workflow.js";

/** A model is brought into the forms in which it ships. */
export const exportWorkflow = {
	command: async () => (await import("./command.js")).addExportCommand,
} as const satisfies Workflow;
