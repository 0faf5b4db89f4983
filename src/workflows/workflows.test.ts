import { readdirSync } from "node:fs";
import { Command } from "commander";
import { expect, test } from "vitest";
import { processTerminal } from "../console/terminal.js";
import { workflowOf, workflows } from "./index.js";
import { recordedRecipe } from "./workflow.js";

const entries = Object.entries(workflows);

test("every folder of a workflow is in the registry", () => {
	const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
	expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(workflows).sort());
});

test.each(entries)("%s adds the command of its name, with a summary", async (name, { command }) => {
	const program = new Command();
	(await command())(program, processTerminal(), new AbortController().signal);
	expect(program.commands.map((one) => [one.name(), one.summary() !== ""])).toEqual([[name, true]]);
});

test.each(entries)("recipes that come with %s are whole, and so is their schema", async (_, { recipes, perform }) => {
	expect(perform === undefined).toBe(recipes === undefined);
	const found = await recipes?.();
	for (const [name, recipe] of Object.entries(found?.builtIn ?? {})) {
		const parsed = found?.parse(recipe, recordedRecipe);
		expect(found?.parse(parsed, recordedRecipe)).toEqual(parsed);
		expect(found?.schema(recipe), name).toMatchObject({ type: "object", additionalProperties: false });
	}
});

test.each(entries)(
	"the reports of %s have kinds that no other workflow's have, and what reads them",
	async (name, one) => {
		for (const [kind, load] of Object.entries(one.reports ?? {})) {
			const others = entries.filter(([other, { reports = {} }]) => other !== name && kind in reports);
			expect(others).toEqual([]);
			const files = { name: "", metrics: [] };
			await expect(load().then(({ open }) => open({}, "report.json", files))).rejects.toMatchObject({
				category: "data",
			});
		}
	},
);

test("a run of another version's workflow has none", () => {
	expect(workflowOf("constructor")).toBeUndefined();
	expect(workflowOf("federate")).toBeUndefined();
});
