import { existsSync } from "node:fs";
import { extname, parse, relative } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { type DataFields, dataChoice, dataFields } from "../console/data-flags.js";
import { recipeExtensions } from "../console/recipe-file.js";
import { collect } from "../console/run-flags.js";
import type { Terminal } from "../console/terminal.js";
import { interruption, LimbeckError } from "../errors.js";
import { writeFileAtomic } from "../files.js";
import { isRecord, parseOptions } from "../options.js";
import { runStep } from "../pipeline/run-step.js";
import { count } from "../report/numbers.js";
import { applySettings } from "../settings.js";
import { destinations, recipeText, startingRecipe } from "./starting-recipe.js";

const destinationNames = ["browser", "node", "edge"] as const satisfies readonly (keyof typeof destinations)[];

const flagsSchema = z.object({
	teacher: z.string().min(1).optional(),
	data: z.string().min(1).optional(),
	set: z.array(z.string()).default([]),
	target: z.enum(destinationNames).optional(),
	yes: z.boolean().default(false),
	force: z.boolean().default(false),
});

type Flags = z.infer<typeof flagsSchema>;

/** What the user has said, or would have. */
interface Answers {
	readonly data: string;
	/** What else is to be known of them: settings, such as `data.label=species`. */
	readonly set: readonly string[];
	/** None: one is trained. */
	readonly teacher: string | undefined;
	readonly target: keyof typeof destinations;
}

/** Adds `limbeck init`. */
export function addInitCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	program
		.command("init")
		.summary("write a recipe for what you have")
		.description(
			"Asks what you have (a teacher, data) and where the student is to run, looks at the data, and writes a recipe " +
				"that runs. What flags say is not asked; --yes asks nothing.",
		)
		.argument("[file]", "the recipe to write: .ts, .js or .json", "recipe.ts")
		.option("--teacher <file>", "an ONNX file, or soft targets (.npz, .parquet, .jsonl); one is trained without it")
		.option("--data <name|path>", "data set, or data of yours: see limbeck data list (default: digits)")
		.option("--set <path=value>", "an option of the data, such as data.label=species; may be given many times", collect)
		.option("--target <name>", `where the student runs: ${destinationNames.join(", ")} (default: browser)`)
		.option("--yes", "ask nothing: defaults for what no flag says")
		.option("--force", "write over a file that exists")
		.addHelpText(
			"after",
			`
Examples:
  limbeck init                                             questions
  limbeck init --teacher mine.onnx --data ./pictures --target browser
  limbeck init table.json --data iris.csv --set data.label=species --yes`,
		)
		.action(async (file: string, raw: unknown) => {
			const flags = parseOptions(flagsSchema, raw, "limbeck init");
			const kind = kindOf(file, flags.force);
			const asks = !flags.yes && terminal.live && process.stdin.isTTY;
			const { data, set, teacher, target } = asks ? await ask(flags, signal) : withDefaults(flags);
			const written = applySettings({ data: await dataFields(data, undefined) }, set, dataChoice);
			const choice = parseOptions(dataChoice, written, "limbeck init").data;
			terminal.tell(`Looking at ${data} …`);
			const found = await runStep("describe", { data: choice }, { signal });
			const { sampleShape, train, classes } = found;
			const unlabelled = found.unlabelled === true;
			terminal.tell(
				`${count(train)} training samples of [${sampleShape.join(", ")}], ` +
					(unlabelled ? "without labels" : `${count(classes)} classes`),
			);
			const { name } = parse(data);
			const recipe = startingRecipe({
				name,
				data: fieldsOf(written),
				sampleShape,
				unlabelled,
				teacher,
				destination: target,
			});
			await writeFileAtomic(file, recipeText(recipe, kind));
			terminal.print(nextSteps(file, target));
		});
}

/** The data's fields as they were written, without defaults. */
function fieldsOf(written: unknown): DataFields {
	const data = isRecord(written) ? written["data"] : undefined;
	return isRecord(data) ? data : {};
}

function kindOf(file: string, force: boolean): "json" | "module" {
	const extension = extname(file);
	if (!recipeExtensions.includes(extension)) {
		throw new LimbeckError("usage", {
			where: "limbeck init",
			expected: `a file that ends in ${recipeExtensions.join(", ")}`,
			got: JSON.stringify(file),
		});
	}
	if (existsSync(file) && !force) {
		throw new LimbeckError("usage", {
			where: "limbeck init",
			expected: "a file that does not exist yet",
			got: file,
			hint: "Name another file, or write over it with --force.",
		});
	}
	return extension === ".json" ? "json" : "module";
}

function withDefaults({ data = "digits", target = "browser", set, teacher }: Flags): Answers {
	return { data, set, target, teacher };
}

/** Asks for what no flag says. */
async function ask(flags: Flags, signal: AbortSignal): Promise<Answers> {
	const prompts = await import("@clack/prompts");
	// Questions are for people, as all that is not a result.
	const shared = { output: process.stderr, signal };
	const answered = (answer: string | symbol): string => {
		if (typeof answer === "symbol") throw interruption("limbeck init");
		return answer;
	};
	const choose = async (message: string, options: { value: string; label: string; hint?: string }[]): Promise<string> =>
		answered(await prompts.select({ ...shared, message, options }));
	const file = async (message: string): Promise<string> => {
		const path = answered(await prompts.path({ ...shared, message, validate: missing }));
		const near = relative(process.cwd(), path);
		// A recipe moves along with what lies beside it.
		return near.startsWith("..") ? path : `./${near}`;
	};
	prompts.intro("A recipe for what you have", shared);
	let { teacher, data, set } = flags;
	if (teacher === undefined) {
		const has = await choose("What teaches?", [
			{ value: "train", label: "A network that Limbeck trains" },
			{ value: "file", label: "A model that I have", hint: "ONNX, or soft targets as .npz, .parquet, .jsonl" },
		]);
		if (has === "file") teacher = await file("Where is it?");
	}
	if (data === undefined) {
		const has = await choose("Which data?", [
			{ value: "digits", label: "Handwritten digits", hint: "come along: to try things out" },
			{ value: "own", label: "My own", hint: "a folder of pictures for each class, .csv, .parquet, .npz, .npy" },
		]);
		data = has === "own" ? await file("Where are they?") : has;
	}
	if (tables.test(data) && set.length === 0) {
		const message = "Which column is the class?";
		set = [`data.label=${answered(await prompts.text({ ...shared, message, initialValue: "label" }))}`];
	}
	let { target } = flags;
	if (target === undefined) {
		const options = destinationNames.map((value) => ({ value, label: destinations[value].about }));
		const chosen = await choose("Where is the student to run?", options);
		target = destinationNames.find((name) => name === chosen);
	}
	prompts.outro("That is all.", shared);
	return withDefaults({ ...flags, teacher, data, set, target });
}

/** Data with columns, of which one says the class. */
const tables = /\.(?:csv|tsv|parquet)$/i;

function missing(path: string | undefined): string | undefined {
	return path !== undefined && existsSync(path) ? undefined : "There is no such file or folder.";
}

function nextSteps(file: string, target: keyof typeof destinations): string {
	return [
		`${file} is written. Next:`,
		"",
		`  npx limbeck distill ${file} --out results`,
		"  npx limbeck export results --to model",
		"",
		destinations[target].hint,
	].join("\n");
}
