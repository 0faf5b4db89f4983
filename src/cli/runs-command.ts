import type { Command } from "commander";
import { z } from "zod";
import type { Terminal } from "../console/terminal.js";
import { folderOf } from "../dashboard/results.js";
import { LimbeckError } from "../errors.js";
import type { Notice } from "../notices.js";
import { parseOptions } from "../options.js";
import { findRun, listRuns, type RunRecord, removeRun, type StepRecord } from "../pipeline/records.js";
import { diagnosisLines } from "../report/diagnosis.js";
import { alignTable } from "../report/text.js";
import { openStore, storeFolder } from "../store/open-store.js";
import type { Store } from "../store/store.js";

const flags = z.object({ store: z.string().min(1).optional(), json: z.boolean().default(false) });

/** Adds `limbeck runs` with its commands. */
export function addRunsCommands(program: Command, terminal: Terminal): void {
	const runs = program
		.command("runs")
		.summary("what has been run, and the store that keeps it")
		.description("Runs and the store of finished steps.");
	for (const [name, { summary, argument, act }] of Object.entries(commands)) {
		const command = runs
			.command(name)
			.description(summary)
			.option("--store <folder>", "the store (default: LIMBECK_STORE, or .limbeck)")
			.option("--json", "print one JSON object on stdout");
		if (argument !== undefined) command.argument("<run>", argument);
		command.action(async (...given: readonly unknown[]) => {
			const [run, raw] = argument === undefined ? ["", given[0]] : given;
			const { store, json } = parseOptions(flags, raw, `limbeck runs ${name}`);
			const { data, text } = await act(openStore(store ?? storeFolder(process.env, process.cwd())), String(run));
			terminal.print(json ? JSON.stringify(data) : text(terminal.width));
		});
	}
}

/** What a command found: for programs, and for people. */
interface Answer {
	readonly data: unknown;
	readonly text: (width: number) => string;
}

interface RunsCommand {
	readonly summary: string;
	/** What its argument, a run, is for. */
	readonly argument?: string;
	readonly act: (store: Store, run: string) => Promise<Answer>;
}

const aRun = "its name or the beginning of it, or last";

const commands: Readonly<Record<string, RunsCommand>> = {
	list: { summary: "all runs, the newest first", act: list },
	show: { summary: "one run: its steps, and how far each is", argument: aRun, act: show },
	rm: { summary: "forget a run; what it made stays until gc", argument: aRun, act: forget },
	gc: { summary: "remove what no run that is kept has made", act: collect },
	verify: { summary: "read every entry of the store and check every byte", act: verify },
};

async function list({ rooms }: Store): Promise<Answer> {
	const runs = await listRuns(rooms);
	return {
		data: { runs },
		text: () =>
			runs.length === 0
				? `No runs in ${rooms.folder}.`
				: alignTable([
						["run", "command", "state", "steps", "results"],
						...runs.map((run) => [run.id, run.command, run.state, progressOf(run), run.out]),
					]).join("\n"),
	};
}

function progressOf({ steps }: RunRecord): string {
	const done = steps.filter(({ state }) => state === "done" || state === "cached").length;
	return `${String(done)} of ${String(steps.length)}`;
}

async function show({ rooms }: Store, name: string): Promise<Answer> {
	const run = await findRun(rooms, name);
	const rows = run.steps.map((step) => [step.label, step.state, timeOf(step), step.key.slice(0, 8)]);
	const facts = [`${run.id}: limbeck ${run.command}, ${run.state}`, `results: ${run.out}`];
	const said = run.state === "done" ? await saidOf(run) : [];
	return {
		data: said.length === 0 ? run : { ...run, diagnosis: said },
		text: (width) =>
			[
				...facts,
				...(run.error === undefined ? [] : [run.error]),
				"",
				...alignTable([["step", "state", "time", "key"], ...rows]),
				...(said.length === 0 ? [] : ["", ...diagnosisLines(said, width)]),
				...(run.state === "stopped" || run.state === "failed" ? ["", `Go on: limbeck resume ${run.id}`] : []),
			].join("\n"),
	};
}

/** What is said of a run's results, as long as they are in its output folder. */
async function saidOf(run: RunRecord): Promise<readonly Notice[]> {
	try {
		return (await folderOf(run)).diagnosis;
	} catch (error) {
		if (error instanceof LimbeckError) return [];
		throw error;
	}
}

function timeOf({ seconds }: StepRecord): string {
	return seconds === undefined ? "" : `${seconds.toFixed(1)} s`;
}

async function forget({ rooms }: Store, name: string): Promise<Answer> {
	const run = await findRun(rooms, name);
	if (run.state === "running") {
		const hint = "Stop it first.";
		throw new LimbeckError("usage", { where: run.id, expected: "a run that has ended", got: "one that goes on", hint });
	}
	await removeRun(rooms, run.id);
	return { data: { removed: run.id }, text: () => `Forgot ${run.id}. limbeck runs gc frees what only it used.` };
}

async function collect(store: Store): Promise<Answer> {
	const runs = await listRuns(store.rooms);
	const kept = new Set(runs.flatMap(({ steps }) => steps.map(({ key }) => key)));
	const removed = await store.collectGarbage(kept);
	return {
		data: removed,
		text: () => `Removed ${String(removed.entries)} entries, ${(removed.bytes / 2 ** 20).toFixed(1)} MiB.`,
	};
}

async function verify(store: Store): Promise<Answer> {
	const { whole, damaged } = await store.verify();
	const lines = damaged.map(({ key, why }) => `${key}: ${why}`);
	if (damaged.length > 0) {
		throw new LimbeckError("file", {
			where: store.rooms.folder,
			expected: "entries as they were written",
			got: `${String(damaged.length)} damaged of ${String(whole + damaged.length)}: ${lines.join("; ")}`,
			hint: "They are made again when they are next asked for.",
		});
	}
	return { data: { whole, damaged }, text: () => `${String(whole)} entries, every one whole.` };
}
