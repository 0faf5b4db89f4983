/** How a run goes: planned, recorded, its steps done, its results left in its folder. */
import { mkdir, rmdir } from "node:fs/promises";
import { interruption, LimbeckError, throwIfStopped } from "../errors.js";
import { fileError } from "../files.js";
import { isRecord } from "../json.js";
import type { Notice } from "../notices.js";
import { type DriveOptions, drive, type Finished, type OutputOf, outputs } from "./drive.js";
import { describeEnvironment } from "./environment.js";
import { localExecutor } from "./local-executor.js";
import { checkRun, devicesOf, type PlannedRun, planRun, planWork } from "./planned-run.js";
import { type OpenRecord, openRecord } from "./run-record.js";
import { leaveResults } from "./run-results.js";
import type { PlanLine, Run, RunDetails, RunOptions, SeedEvent } from "./run-types.js";
import { type StepProcesses, withStepProcesses } from "./step-processes.js";

/** A run's steps in order, none of them run. */
export async function planLines<Event extends SeedEvent, Result, Report extends object>(
	run: Run<Event, Result, Report>,
	options: RunOptions<Event>,
): Promise<readonly PlanLine[]> {
	const planned = await withStepProcesses((processes) => planRun(run, options, processes));
	const { planner, store } = planned;
	const { need, forced } = await checkRun(planned, options);
	const bytes = new Map(
		need.steps.map(({ step, checkpoints, network, targets }) => [step.key, checkpoints + network + targets]),
	);
	return Promise.all(
		planner.steps.map(async ({ label, kind, key, cores }) => {
			const diskBytes = bytes.get(key);
			const needed = diskBytes === undefined ? {} : { diskBytes };
			const cached = !forced.has(key) && (await store.find(key)) !== undefined;
			return { label, kind, key, cores, cached, ...needed };
		}),
	);
}

/**
 * Does every step of every seed that is not in the store, and writes the report. The files appear in `out` together at
 * the end, those of the first seed there and those of the others in `seed-N/`; a run that fails or is stopped leaves
 * what stood there before, and the same run again goes on where it was.
 *
 * @throws LimbeckError of every category.
 */
export function executeRun<Event extends SeedEvent, Result, Report extends object>(
	run: Run<Event, Result, Report>,
	options: RunOptions<Event>,
): Promise<Report> {
	return withStepProcesses((processes) => executeIn(processes, run, options));
}

async function executeIn<Event extends SeedEvent, Result, Report extends object>(
	processes: StepProcesses,
	run: Run<Event, Result, Report>,
	options: RunOptions<Event>,
): Promise<Report> {
	const { out, signal } = options;
	throwIfStopped(signal, out);
	await mkdir(out, { recursive: true }).catch((error: unknown) => {
		throw fileError(error, out);
	});
	// Removes the output folder only where nothing came into it.
	const tidy = (): Promise<void> => rmdir(out).catch(() => undefined);
	const planned = await planWork(run, options, processes).catch(async (error: unknown) => {
		await tidy();
		throw error;
	});
	const record = await openRecord(run, options, planned);
	try {
		const finished = await work(planned, options, record, processes);
		const { report, details } = await assembled(run, planned, outputs(finished));
		const about = { run: record.id, steps: record.steps(), ...details };
		await leaveResults(planned, finished, { report, details: about }, out);
		await record.close("done");
		return report;
	} catch (error) {
		const stopped = error instanceof LimbeckError && error.category === "interrupted";
		await record.close(stopped ? "stopped" : "failed", error instanceof Error ? error.message : String(error));
		await tidy();
		throw stopped ? stopOf(error, record.id) : error;
	}
}

/** Does the steps that are to be done. */
function work<Event extends SeedEvent, Result>(
	planned: PlannedRun<Event, Result>,
	options: RunOptions<Event>,
	record: OpenRecord,
	processes: StepProcesses,
): Promise<Finished> {
	const { planner, seeds, store } = planned;
	const executor = localExecutor({ store, checkpointSeconds: options.checkpointSeconds, processes });
	const wanted = seeds.flatMap(({ plan }) => [...plan.networks.map(({ step }) => step), ...plan.others]);
	return drive(
		planner.steps,
		wanted.map(({ key }) => key),
		{ store, executor, ...listeners(options, planned, record) },
	);
}

/** What is reported of a run, and what is known of its networks besides. */
async function assembled<Event extends SeedEvent, Result, Report extends object>(
	run: Run<Event, Result, Report>,
	{ seeds, planner, threads, data }: PlannedRun<Event, Result>,
	outputOf: OutputOf,
): Promise<{
	readonly report: Report;
	readonly details: Pick<RunDetails, "details" | "exhibits" | "tables" | "chosen">;
}> {
	const [first, ...others] = seeds.map(({ plan }) => plan.result(outputOf));
	if (first === undefined) throw new TypeError("executeRun: expected a seed, got none");
	const environment = await describeEnvironment(threads, devicesOf(planner));
	const report = run.assemble([first, ...others], environment, new Date().toISOString(), data);
	const { details, exhibits, tables, chosen } = run.details?.(first) ?? {};
	return {
		report: withDataNotices(report, data.notices),
		details: {
			...(details === undefined ? {} : { details }),
			...(exhibits === undefined ? {} : { exhibits }),
			...(tables === undefined ? {} : { tables }),
			...(chosen === undefined ? {} : { chosen }),
		},
	};
}

/** A report with what is known of the data now: a training that was in the store says what was found when it ran. */
function withDataNotices<Report extends object>(report: Report, notices: readonly Notice[]): Report {
	if (!("data" in report) || !isRecord(report.data)) return report;
	const others = Object.entries(report.data).filter(([field]) => field !== "notices");
	return { ...report, data: { ...Object.fromEntries(others), ...(notices.length === 0 ? {} : { notices }) } };
}

/** Who hears of a run's steps: its record, its log, and whoever asked for it. */
function listeners<Event extends SeedEvent, Result>(
	{ onEvent, onStep, onNotice, signal }: RunOptions<Event>,
	{ seeds }: PlannedRun<Event, Result>,
	record: OpenRecord,
): Pick<DriveOptions, "onTraining" | "onStep" | "onNotice" | "signal"> {
	const whose = new Map(
		seeds.flatMap(({ seed, plan }) => plan.networks.map(({ step, about }) => [step.key, { seed, ...about }] as const)),
	);
	return {
		onTraining(step, event) {
			const about = whose.get(step.key);
			if (about === undefined) return;
			// What a network's events say besides is what the caller said that they do.
			const told = { ...about, ...event } as unknown as Event;
			onEvent?.(told);
			record.log({ label: step.label, ...told });
		},
		onStep(step, what) {
			onStep?.(step, what);
			record.move(step, what);
		},
		...(onNotice === undefined ? {} : { onNotice }),
		...(signal === undefined ? {} : { signal }),
	};
}

function stopOf({ where }: LimbeckError, id: string): LimbeckError {
	return interruption(
		where,
		`What is done is kept: the same command goes on from here, and so does limbeck resume ${id}.`,
	);
}
