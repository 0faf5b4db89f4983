import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { type DataFields, dataFields } from "../../console/data-flags.js";
import { addDataFlags, dataSettings, evaluateFlags, readingOf } from "../../console/evaluate-flags.js";
import { describeNotice, type Terminal } from "../../console/terminal.js";
import { publishedDataSets } from "../../data/index.js";
import { type DataChoice, dataOptions } from "../../data/options.js";
import { detectorNames } from "../../distill/novelty/detectors.js";
import type { SiftStep } from "../../distill/novelty/sift.js";
import { manifestFile, readManifest } from "../../distill/specialists/manifest.js";
import { LimbeckError } from "../../errors.js";
import { fileError, readTextIfThere, writeInto } from "../../files.js";
import { isRecord, parsedJson, parseOptions } from "../../options.js";
import { runFiles } from "../../pipeline/output-folder.js";
import { runStep } from "../../pipeline/run-step.js";
import { applySettings } from "../../settings.js";
import { type NoveltyReport } from "./report.js";
import { noveltyCsv, noveltyTable } from "./table.js";

const { data, folder, set, threads, json } = evaluateFlags;

const flagsSchema = z.object({
	data,
	folder,
	set,
	threads,
	json,
	model: z.string().min(1),
	known: z.string().min(1).optional(),
	by: z.enum(detectorNames).default("distance"),
	groups: z.coerce.number().pipe(z.int().min(2).max(1000)).default(8),
	temperature: z.coerce.number().pipe(z.number().gt(0).max(1000)).default(4),
	shown: z.coerce.number().pipe(z.int().min(1).max(1000)).default(24),
	seed: z.coerce.number().pipe(z.int().min(0)).default(1),
	out: z.string().min(1).default("limbeck-novelty"),
});

type Flags = z.output<typeof flagsSchema>;

/** What settings can be applied to. */
const choices = z.strictObject({ known: dataOptions, data: dataOptions });

/** The files that are left. */
const files = { page: "novelty.html", report: "novelty.json", table: "novelty.csv" } as const;

/** Adds `limbeck novelty`. */
export function addNoveltyCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const command = program
		.command("novelty")
		.summary("find what a model does not know in your data, and which of it belongs together")
		.description(
			"Sifts samples, with labels or without: as usual as what the model was trained on, garbage, or unknown; and groups " +
				"what is unknown by the classes that it resembles: a coherent group may be a category that nobody has named. " +
				`Leaves ${files.page} with pictures, ${files.table} with a line for each sample, and ${files.report}.`,
		)
		.requiredOption("--model <file|folder>", "the ONNX file, or the folder that limbeck specialize left")
		.requiredOption("--data <name|path>", "what to sift: a folder of pictures, or other data (see limbeck data list)")
		.option("--known <name|path>", "what the model was trained on (default: as the report beside it says)")
		.option("--by <detector>", `how unusual samples are told: ${detectorNames.join(", ")} (default: distance)`)
		.option("--groups <count>", "the most groups of unknown samples (default: 8)")
		.option("--temperature <T>", "temperature of the soft targets that are grouped (default: 4)")
		.option("--shown <count>", "samples of each group on the page (default: 24)")
		.option("--seed <number>", "draws the training samples that distances are measured from (default: 1)")
		.option("--out <folder>", "folder for the results (default: limbeck-novelty)");
	addDataFlags(command)
		.addHelpText(
			"after",
			`
Examples:
  limbeck novelty --model limbeck-out/student.onnx --data ./inbox
  limbeck novelty --model limbeck-out --data ./inbox --by disagreement     a generalist and its specialists
  limbeck novelty --model mine.onnx --known ./pictures --data ./inbox
  limbeck novelty --model mine.onnx --known train.csv --set known.label=species --data new.csv --set data.label=species`,
		)
		.action(async (raw: unknown) => {
			const flags = parseOptions(flagsSchema, raw, "limbeck novelty");
			const report = await novelty(flags, signal);
			for (const notice of report.notices ?? []) terminal.tell(describeNotice(notice, terminal));
			// Drawing takes a while to load, and most commands draw nothing.
			const { noveltyPage } = await import("./page.js");
			const { text } = await noveltyPage(report);
			const content = JSON.stringify(report, (key, value: unknown) => (key === "pixels" ? undefined : value));
			await writeInto(flags.out, files.page, text);
			await writeInto(flags.out, files.table, noveltyCsv(report));
			await writeInto(flags.out, files.report, `${content}\n`);
			if (flags.json) terminal.print(content);
			else terminal.print(`${noveltyTable(report, terminal.width)}\n\n${join(flags.out, files.page)}`);
		});
}

async function novelty(flags: Flags, signal: AbortSignal): Promise<NoveltyReport> {
	const { by: rejectBy, groups, temperature, shown, seed, threads: own } = flags;
	const model = await modelOf(flags.model);
	const choice = await dataOf(flags, model.generalist);
	const reading = readingOf(flags.set, "limbeck novelty");
	const read = reading === undefined ? {} : { reading };
	const step: SiftStep = { ...choice, ...model, ...read, rejectBy, groups, temperature, shown, seed, threads: own };
	const outcome = await runStep("sift", step, { signal });
	return {
		schema: 1,
		kind: "novelty",
		created: new Date().toISOString(),
		model: model.generalist,
		known: titleOf(choice.known),
		data: titleOf(choice.data),
		...outcome,
	};
}

/** A model, or a generalist with its specialists. */
async function modelOf(path: string): Promise<Pick<SiftStep, "generalist" | "specialists">> {
	const found = await stat(path).catch((error: unknown) => {
		throw fileError(error, path);
	});
	if (!found.isDirectory()) return { generalist: path, specialists: [] };
	if ((await readTextIfThere(join(path, manifestFile))) === undefined) {
		const hint = "Name the model's file: --model FOLDER/student.onnx.";
		const [expected, got] = [`an ONNX file, or a folder with ${manifestFile}`, `${path}, which has none`];
		throw new LimbeckError("usage", { where: "--model", expected, got, hint });
	}
	const { generalist, specialists } = await readManifest(path);
	return {
		generalist: join(path, generalist),
		specialists: specialists.map(({ file, classes }) => ({ file: join(path, file), classes })),
	};
}

/** What is known, and what is to be sifted. */
async function dataOf(flags: Flags, model: string): Promise<Pick<SiftStep, "known" | "data">> {
	const known = flags.known === undefined ? await trainedOn(model) : await dataFields(flags.known, undefined);
	const fields = await dataFields(flags.data, flags.folder);
	const sifted = fields["name"] === "folder" ? { ...likeKnown(known), ...fields, unlabelled: true } : fields;
	const written = applySettings({ known, data: sifted }, dataSettings(flags.set), choices);
	return parseOptions(choices, written, "limbeck novelty");
}

/** A folder's pictures become samples like those that are known. */
function likeKnown(known: DataFields): DataFields {
	const { name, size, channels } = known;
	if (name === "folder")
		return { name, ...(size === undefined ? {} : { size }), ...(channels === undefined ? {} : { channels }) };
	const published = Object.entries(publishedDataSets).find(([one]) => one === name)?.[1];
	const [depth, height] = published?.sampleShape ?? [];
	return { name: "folder", ...(height === undefined ? {} : { size: height, channels: depth }) };
}

/** The data of the report beside a model. */
async function trainedOn(model: string): Promise<DataFields> {
	const path = join(dirname(model), runFiles.report);
	const text = await readTextIfThere(path);
	const report = text === undefined ? undefined : parsedJson(text);
	const recipe = isRecord(report) ? report["recipe"] : undefined;
	const found = isRecord(recipe) ? recipe["data"] : undefined;
	if (isRecord(found)) return found;
	throw new LimbeckError("usage", {
		where: "--known",
		expected: "the data that the model was trained on",
		got: text === undefined ? `nothing, and no ${path}` : `nothing, and ${path} does not tell`,
		hint: "Name them: --known digits, or --known ./pictures.",
	});
}

function titleOf(choice: DataChoice): string {
	return "file" in choice ? choice.file : choice.name === "folder" ? choice.directory : choice.name;
}
