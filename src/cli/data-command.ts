import type { Command } from "commander";
import { z } from "zod";
import { findDataFolder } from "../console/data-folder.js";
import { bar, fitted } from "../console/progress.js";
import type { Terminal } from "../console/terminal.js";
import type { DataSetFacts } from "../data/data-set.js";
import { type DownloadProgress, downloadFiles } from "../data/download.js";
import { resolveDataFolders } from "../data/folders.js";
import { dataSetOf, findDataSet, ownDataSets, publishedDataSets } from "../data/index.js";
import { dataOptions } from "../data/options.js";
import { type FileState, verifyFiles } from "../data/verify.js";
import { LimbeckError } from "../errors.js";
import { choiceName, choicesOf, fieldsOf, type JsonSchema, parseOptions } from "../options.js";
import { wrapText } from "../report/text.js";
import { corpusFacts } from "../speech/corpora/index.js";
import { speechOptions } from "../speech/corpora/options.js";

const getFlags = z.object({ to: z.string().min(1).optional() });
const listFlags = z.object({ json: z.boolean().default(false) });
const verifyFlags = z.object({ folder: z.string().optional(), json: z.boolean().default(false) });

/** Adds `limbeck data list`, `limbeck data get` and `limbeck data verify`. */
export function addDataCommands(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const data = program
		.command("data")
		.summary("list, fetch and verify data sets")
		.description(
			"Data sets: what there is, where it lies, and how to get it.\n\n" +
				"Files are looked for in the folder of --data or --folder, else in LIMBECK_DATA, else in the user's cache.",
		);
	data
		.command("list")
		.summary("every data set, and where it is")
		.description("Lists every data set, where its files are on this machine, or how to get them.")
		.option("--json", "print one JSON object on stdout")
		.action(async (raw: unknown) => {
			const { json } = parseOptions(listFlags, raw, "limbeck data list");
			const published = Object.entries({ ...publishedDataSets, ...corpusFacts.published }).map(([name, entry]) =>
				describe(name, entry),
			);
			const listed = await Promise.all(published);
			const own = [
				...Object.entries(ownDataSets).map(([name, entry]) => describeOwn(name, entry, dataOptions)),
				...Object.entries(corpusFacts.own).map(([name, entry]) => describeOwn(name, entry, speechOptions)),
			];
			terminal.print(
				json
					? JSON.stringify({ dataSets: listed, own })
					: [...listed.map(asLines), "", ownHeading, ...own.map(ownAsLines)].join("\n"),
			);
		});
	data
		.command("get")
		.summary("download a data set")
		.description("Downloads the files that are missing or wrong. A download that was stopped goes on where it was.")
		.argument("<name>", "data set: see limbeck data list")
		.option("--to <folder>", "folder for the files (default: in LIMBECK_DATA, else in the user's cache)")
		.action(async (name: string, raw: unknown) => {
			const { to } = parseOptions(getFlags, raw, "limbeck data get");
			await getDataSet(name, findDataSet(name, corpusFacts.published), {
				terminal,
				signal,
				...(to === undefined ? {} : { to }),
			});
		});
	data
		.command("verify")
		.summary("compare a data set's files with their published hashes")
		.description("Compares every file's SHA-256 with the published one. Exit code 3 unless all are right.")
		.argument("<name>", "data set: see limbeck data list")
		.option("--data, --folder <folder>", "folder with the files (default: LIMBECK_DATA, else the user's cache)")
		.option("--json", "print one JSON object on stdout")
		.action(async (name: string, raw: unknown) => {
			const { folder, json } = parseOptions(verifyFlags, raw, "limbeck data verify");
			await verifyDataSet(name, folder, json, terminal);
		});
}

/** One data set as `limbeck data list --json` shows it. */
interface ListedDataSet {
	readonly name: string;
	readonly title: string;
	/** How many there are; null where the data say. */
	readonly classes: number | null;
	/** `[channels, height, width]`; null where the data say. */
	readonly sampleShape: readonly number[] | null;
	/** Whether it can be used now. */
	readonly ready: boolean;
	/** Where the files are; null where it needs none or they are not here. */
	readonly folder: string | null;
	/** The command that fetches it; null where it needs none. */
	readonly get: string | null;
}

async function describe(name: string, entry: DataSetFacts): Promise<ListedDataSet> {
	const found = await findDataFolder(name, entry);
	const { title, classes, sampleShape } = entry;
	return {
		name,
		title,
		classes: classes?.length ?? null,
		sampleShape: sampleShape ?? null,
		ready: found?.complete ?? true,
		folder: found?.complete === true ? found.folder : null,
		get: found === undefined ? null : `limbeck data get ${name}`,
	};
}

/** One kind of users' own data as `limbeck data list --json` shows it. */
interface ListedKind {
	readonly name: string;
	readonly title: string;
	/** The JSON schema of its options in a recipe's `data`. */
	readonly options: JsonSchema;
}

const ownHeading = "Data of your own (--data PATH, or `data` in a recipe; limbeck recipe explains the options):";

function describeOwn(name: string, { title }: DataSetFacts, options: z.ZodType): ListedKind {
	const choices = choicesOf(z.toJSONSchema(options, { io: "input" }));
	return { name, title, options: choices.find((choice) => choiceName(choice)?.name === name) ?? {} };
}

function ownAsLines({ name, title, options }: ListedKind): string {
	const fields = fieldsOf(options)
		.filter(([field]) => field !== "name")
		.map(([field, schema]) => (schema.default === undefined ? field : `${field}=${JSON.stringify(schema.default)}`));
	return [
		`${name.padEnd(nameWidth)}  ${title}`,
		...wrapText(fields.join(" "), 100).map((line) => `${" ".repeat(nameWidth)}  ${line}`),
	].join("\n");
}

const nameWidth = Math.max(...Object.keys(publishedDataSets).map((name) => name.length));

function asLines({ name, title, ready, folder, get }: ListedDataSet): string {
	const state = ready ? (folder === null ? "ready" : `in ${folder}`) : `not here; get it with: ${String(get)}`;
	return `${name.padEnd(nameWidth)}  ${title}\n${" ".repeat(nameWidth)}  ${state}`;
}

/** What fetching a data set needs. */
interface GetOptions {
	readonly terminal: Terminal;
	readonly signal: AbortSignal;
	/** The folder for the files; the data set's usual one where absent. */
	readonly to?: string;
}

/** `limbeck data get`. */
export async function getDataSet(
	name: string,
	{ download }: Pick<DataSetFacts, "download">,
	{ terminal, signal, to }: GetOptions,
): Promise<void> {
	if (download === undefined) {
		terminal.print(`${name} needs nothing to be fetched.`);
		return;
	}
	const folder = to ?? resolveDataFolders(name, undefined, process.env)[0];
	await downloadFiles(download, folder, { signal, onProgress: downloadProgress(terminal) });
	terminal.print(`${name} is in ${folder}.`);
}

/** A bar for each file where a person watches; a line for each finished file elsewhere. */
function downloadProgress(terminal: Terminal): (progress: DownloadProgress) => void {
	return ({ name, received, total }) => {
		const done = received === total;
		const size = `${megabytes(received)} MB`;
		if (!terminal.live) {
			if (done) terminal.tell(`${name}: ${size}`);
			return;
		}
		const parts = [
			name,
			...(total === undefined ? [] : [bar(received / total, 20, terminal.colors)]),
			done || total === undefined ? size : `${megabytes(received)} of ${megabytes(total)} MB`,
		];
		const line = fitted(parts, terminal.columns - 1);
		if (done) terminal.tell(line);
		else terminal.replace(line);
	};
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** `limbeck data verify`: prints the state of every file, then fails unless all are right. */
async function verifyDataSet(
	name: string,
	explicit: string | undefined,
	json: boolean,
	terminal: Terminal,
): Promise<void> {
	const entry = findDataSet(name, corpusFacts.published);
	const found = await findDataFolder(name, entry, explicit);
	if (entry.download === undefined || found === undefined) {
		const directory = explicit === undefined ? {} : { directory: explicit };
		const choice = parseOptions(dataOptions, { name, ...directory }, `data set ${name}`);
		await dataSetOf(choice).load(choice); // Checks the hashes of what comes with Limbeck, and that other data load.
		terminal.print(json ? JSON.stringify({ data: name, folder: null, ok: true, files: [] }) : `${name}: ok`);
		return;
	}
	const { folder } = found;
	const files = await verifyFiles(entry.download, folder);
	const ok = files.every(({ status }) => status === "ok");
	if (json) terminal.print(JSON.stringify({ data: name, folder, ok, files }));
	else for (const { name: file, status } of files) terminal.print(`${status.padEnd(7)}  ${file}`);
	if (!ok) {
		const count = (wanted: FileState["status"]): number => files.filter(({ status }) => status === wanted).length;
		throw new LimbeckError("data", {
			where: `data set ${name} in ${folder}`,
			expected: `${files.length} files with their published SHA-256`,
			got: `${count("ok")} ok, ${count("missing")} missing, ${count("wrong")} wrong`,
			hint: `Run \`limbeck data get ${name}${explicit === undefined ? "" : ` --to ${folder}`}\`.`,
		});
	}
}
