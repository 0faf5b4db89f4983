/** What every run does around its steps: its plan, its record, its folder, its report. */
import { randomUUID } from "node:crypto";
import { constants, copyFile, mkdir, rm, rmdir } from "node:fs/promises";
import { availableParallelism, hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { EvaluateOutcome } from "../distill/evaluation.js";
import type { Environment } from "../distill/network-report.js";
import type { ChosenClasses } from "../distill/specialists/choose-classes.js";
import type { TrainOutcome } from "../distill/train-network.js";
import { interruption, LimbeckError, throwIfStopped } from "../errors.js";
import { fileError, writeFileAtomic } from "../files.js";
import { isRecord } from "../json.js";
import type { Notice } from "../notices.js";
import type { DeviceChoice, DeviceName } from "../runtime/devices.js";
import { openStore, storeFolder } from "../store/open-store.js";
import type { Store } from "../store/store.js";
import type { TrainingEvent } from "../train/training.js";
import type { DataIdentity, Identify } from "./data-identity.js";
import { type DriveOptions, drive, type Finished, type OutputOf, outputs, type StepNews } from "./drive.js";
import { describeEnvironment } from "./environment.js";
import { localExecutor } from "./local-executor.js";
import { openMetricsLog } from "./metrics-log.js";
import { publish, runFiles } from "./output-folder.js";
import { placing } from "./placing.js";
import { openPlanner, type PlannedStep, type Planner } from "./plan.js";
import { checkRoom, needOf, type RunNeed } from "./preflight.js";
import { logPath, newRunId, type RunRecord, type StepRecord, writeRecord } from "./records.js";
import { type StepProcesses, withStepProcesses } from "./step-processes.js";
import { modelFile } from "./steps.js";

/** A training event, and which seed's it is. */
export type SeedEvent = TrainingEvent & { readonly seed: number };

/** How a run goes. */
export interface RunOptions<Event extends SeedEvent> {
	/** The folder for the results; made where it does not exist. */
	readonly out: string;
	/** Threads inside one operator; every core where absent. */
	readonly threads?: number;
	/** What trains the networks; what the recipe says, or else the processor, where absent. */
	readonly device?: DeviceChoice;
	/** Where finished steps are kept and found again: see `storeFolder` where absent. */
	readonly store?: string;
	/** Seconds between checkpoints; where absent about 30, and so many that they cost a hundredth of the time. */
	readonly checkpointSeconds?: number;
	/** Labels of steps, such as `seed 1, student`, to be done again with all that depends on them. */
	readonly force?: readonly string[];
	/** Hears of progress and validation while networks train. */
	readonly onEvent?: (event: Event) => void;
	/** Hears what should be known of the data before anything trains. */
	readonly onNotice?: (notice: Notice) => void;
	/** Hears what becomes of each step. */
	readonly onStep?: (step: StepLabel, what: StepNews) => void;
	readonly signal?: AbortSignal;
}

/** What the plan of one seed sees of its run. */
export interface SeedContext {
	readonly seed: number;
	readonly threads: number;
	readonly data: DataIdentity;
	readonly planner: Planner;
}

/** The plan of one seed. */
export interface SeedPlan<Event extends SeedEvent, Result> {
	/** The networks, and what their events say besides. */
	readonly networks: readonly {
		/** What it is called in the output folder; it stays in the store alone where absent. */
		readonly name?: string;
		readonly step: PlannedStep<"train">;
		readonly about: Omit<Event, keyof TrainingEvent | "seed">;
	}[];
	/** Other files that are left there; a name may have a folder, as those of networks may. */
	readonly files?: readonly { readonly name: string; readonly from: string }[];
	/** Steps whose results are asked for besides. */
	readonly others: readonly PlannedStep[];
	/** Puts the results together when all is done. */
	readonly result: (outputOf: OutputOf) => Result;
}

/** A run: seeds, what is planned for each, and what is reported of all. */
export interface Run<Event extends SeedEvent, Result, Report extends object> {
	readonly command: RunRecord["command"];
	readonly recipe: { readonly name: string; readonly data: object; readonly seed: number; readonly seeds: number };
	readonly identify: Identify;
	readonly planSeed: (context: SeedContext) => Promise<SeedPlan<Event, Result>>;
	/** What was chosen by the data otherwise than the recipe says; nothing where absent. */
	readonly fitted?: (data: DataIdentity) => readonly Notice[];
	/** @param created - ISO 8601 time. */
	readonly assemble: (
		results: readonly [Result, ...Result[]],
		environment: Environment,
		created: string,
		data: DataIdentity,
	) => Report;
	/** What is known of the networks of a seed besides: `details.json` has it of the first. */
	readonly details?: (result: Result) => Pick<RunDetails, "details" | "exhibits" | "chosen">;
}

/** `details.json`: what a page shows of a run besides its report. */
export interface RunDetails extends Partial<Pick<EvaluateOutcome, "details" | "exhibits">> {
	/** The run's name in the store. */
	readonly run: string;
	/** The networks and other files that the run left beside its report, by their paths in its folder. */
	readonly files: readonly string[];
	readonly steps: readonly StepRecord[];
	/** The classes of specialists, of the first seed. */
	readonly chosen?: ChosenClasses;
}

/** What a step is called. */
export interface StepLabel {
	/** For people, and for `force`: `seed 1, student`. */
	readonly label: string;
	/** `train`, `evaluate` and so on. */
	readonly kind: string;
	/** Its key in the store. */
	readonly key: string;
}

/** A step of a plan, and whether it is in the store. */
export interface PlanLine extends StepLabel {
	/** Cores that it uses. */
	readonly cores: number;
	readonly cached: boolean;
	/** Bytes that a training needs on the disk while it goes on: checkpoints, its network, stored answers. */
	readonly diskBytes?: number;
}

interface Planned<Event extends SeedEvent, Result> {
	readonly planner: Planner;
	readonly seeds: readonly { readonly seed: number; readonly plan: SeedPlan<Event, Result> }[];
	readonly threads: number;
	readonly store: Store;
	readonly data: DataIdentity;
}

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
	const planned = await prepare(run, options, processes).catch(async (error: unknown) => {
		await tidy();
		throw error;
	});
	const { store, planner, threads, seeds } = planned;
	const record = await openRecord(run, options, planned);
	try {
		const executor = localExecutor({ store, checkpointSeconds: options.checkpointSeconds, processes });
		const wanted = seeds.flatMap(({ plan }) => [...plan.networks.map(({ step }) => step), ...plan.others]);
		const finished = await drive(
			planner.steps,
			wanted.map(({ key }) => key),
			{ store, executor, ...listeners(options, planned, record) },
		);
		const outputOf = outputs(finished);
		const [first, ...others] = seeds.map(({ plan }) => plan.result(outputOf));
		if (first === undefined) throw new TypeError("executeRun: expected a seed, got none");
		const environment = await describeEnvironment(threads, devicesOf(planner));
		const assembled = run.assemble([first, ...others], environment, new Date().toISOString(), planned.data);
		const report = withDataNotices(assembled, planned.data.notices);
		const { details, exhibits, chosen } = run.details?.(first) ?? {};
		const about: Omit<RunDetails, "files"> = {
			run: record.id,
			steps: record.steps(),
			...(details === undefined ? {} : { details }),
			...(exhibits === undefined ? {} : { exhibits }),
			...(chosen === undefined ? {} : { chosen }),
		};
		await leave(planned, finished, { report, details: about }, out);
		await record.close("done");
		return report;
	} catch (error) {
		const stopped = error instanceof LimbeckError && error.category === "interrupted";
		await record.close(stopped ? "stopped" : "failed", error instanceof Error ? error.message : String(error));
		await tidy();
		throw stopped ? stopOf(error, record.id) : error;
	}
}

/** A report with what is known of the data now: a training that was in the store says what was found when it ran. */
function withDataNotices<Report extends object>(report: Report, notices: readonly Notice[]): Report {
	if (!("data" in report) || !isRecord(report.data)) return report;
	const others = Object.entries(report.data).filter(([field]) => field !== "notices");
	return { ...report, data: { ...Object.fromEntries(others), ...(notices.length === 0 ? {} : { notices }) } };
}

/** Plans a run whose steps are to be done, and sees that there is room for them. */
async function prepare<Event extends SeedEvent, Result, Report extends object>(
	run: Run<Event, Result, Report>,
	options: RunOptions<Event>,
	processes: StepProcesses,
): Promise<Planned<Event, Result>> {
	const planned = await planRun(run, options, processes);
	const { forced } = await checkRun(planned, options);
	for (const key of forced) await planned.store.remove(key);
	return planned;
}

/** What `--dry-run` refuses as a run does: steps that there are not, trainings that cannot begin, too little room. */
async function checkRun<Event extends SeedEvent, Result>(
	planned: Planned<Event, Result>,
	{ force = [], out }: Pick<RunOptions<Event>, "force" | "out">,
): Promise<{ readonly need: RunNeed; readonly forced: ReadonlySet<string> }> {
	const forced = new Set(force.flatMap((label) => [...dependingOn(planned.planner, label)]));
	const need = await needFor(planned, forced);
	await checkRoom(need, { store: planned.store.rooms.folder, out });
	return { need, forced };
}

function needFor<Event extends SeedEvent, Result>(
	{ planner, seeds, data, store }: Planned<Event, Result>,
	forced: ReadonlySet<string>,
): Promise<RunNeed> {
	const left = seeds.flatMap(({ plan }) => plan.networks.filter(({ name }) => name !== undefined));
	const copied = new Set(left.map(({ step }) => step.key));
	return needOf(planner.steps, data, { store, cores: availableParallelism(), copied, forced });
}

async function planRun<Event extends SeedEvent, Result, Report extends object>(
	{ recipe, identify, fitted, planSeed }: Run<Event, Result, Report>,
	{ threads = availableParallelism(), device, store: named, signal, onNotice }: RunOptions<Event>,
	processes: StepProcesses,
): Promise<Planned<Event, Result>> {
	const store = openStore(named ?? storeFolder(process.env, process.cwd()));
	const how = { processes, ...(signal === undefined ? {} : { signal }) };
	const identity = await identify(store.rooms, how);
	const data = { ...identity, notices: [...identity.notices, ...(fitted?.(identity) ?? [])] };
	for (const notice of data.notices) onNotice?.(notice);
	const planner = openPlanner({ folder: store.rooms.folder, ...data, placeOn: placing(device, { ...how, onNotice }) });
	const seeds: { seed: number; plan: SeedPlan<Event, Result> }[] = [];
	for (let seed = recipe.seed; seed < recipe.seed + recipe.seeds; seed++) {
		seeds.push({ seed, plan: await planSeed({ seed, threads, data, planner }) });
	}
	return { planner, seeds, threads, store, data };
}

/** The devices other than the processor that train networks of a plan. */
function devicesOf({ steps }: Planner): readonly DeviceName[] {
	const devices = steps.flatMap((step) => ("network" in step.options ? [step.options.network.device] : []));
	return [...new Set(devices)].filter((device) => device !== undefined && device !== "cpu" && device !== "auto");
}

/** The keys of the steps of that label, and of all that depends on them. */
function dependingOn({ steps }: Planner, label: string): ReadonlySet<string> {
	const found = steps.filter((step) => step.label === label || step.label.endsWith(`, ${label}`));
	if (found.length === 0) {
		throw new LimbeckError("usage", {
			where: "--force",
			expected: `one of ${steps.map((step) => JSON.stringify(step.label)).join(", ")}`,
			got: JSON.stringify(label),
		});
	}
	const gone = new Set(found.map(({ key }) => key));
	// Steps stand in order: inputs first.
	for (const { key, inputs } of steps) if (inputs.some((input) => gone.has(input))) gone.add(key);
	return gone;
}

/** Who hears of a run's steps: its record, its log, and whoever asked for it. */
function listeners<Event extends SeedEvent, Result>(
	{ onEvent, onStep, onNotice, signal }: RunOptions<Event>,
	{ seeds }: Planned<Event, Result>,
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

/** A run's record while it goes on. */
interface OpenRecord {
	readonly id: string;
	readonly log: (event: object) => void;
	readonly move: (step: PlannedStep, what: StepNews) => void;
	readonly steps: () => readonly StepRecord[];
	readonly close: (state: RunRecord["state"], error?: string) => Promise<void>;
}

async function openRecord<Event extends SeedEvent, Result, Report extends object>(
	{ command, recipe }: Run<Event, Result, Report>,
	{ out, device }: RunOptions<Event>,
	{ planner, threads, store }: Planned<Event, Result>,
): Promise<OpenRecord> {
	const created = new Date();
	const id = newRunId(recipe.name, created);
	const steps = new Map<string, StepRecord>(
		planner.steps.map(({ key, kind, label }) => [key, { label, kind, key, state: "waiting" }]),
	);
	const start = performance.now();
	const began = new Map<string, number>();
	const secondsSince = (time: number): number => Math.round(performance.now() - time) / 1000;
	const write = (state: RunRecord["state"], error?: string): Promise<void> =>
		writeRecord(store.rooms, {
			...({ schema: 1, id, command, recipe, out: resolve(out), threads, state } as const),
			created: created.toISOString(),
			updated: new Date().toISOString(),
			...(error === undefined ? {} : { error }),
			...(device === undefined ? {} : { device }),
			process: { pid: process.pid, host: hostname() },
			steps: [...steps.values()],
		});
	await write("running");
	const log = await openMetricsLog(logPath(store.rooms, id));
	let writing = Promise.resolve();
	return {
		id,
		log(event) {
			log.append(event);
		},
		move({ key, kind, label }, what) {
			// A step that goes on with more cores is started again.
			if (what === "started" && !began.has(key)) began.set(key, performance.now());
			const since = began.get(key);
			const times =
				since === undefined
					? {}
					: {
							began: Math.round(since - start) / 1000,
							...(what === "started" ? {} : { seconds: secondsSince(since) }),
						};
			steps.set(key, { label, kind, key, state: what === "started" ? "running" : what, ...times });
			// A record that cannot be written now is written at the end, or fails there.
			writing = writing.then(() => write("running")).catch(() => undefined);
		},
		steps: () => [...steps.values()],
		async close(state, error) {
			await writing;
			await log.close();
			await write(state, error);
		},
	};
}

function stopOf({ where }: LimbeckError, id: string): LimbeckError {
	return interruption(
		where,
		`What is done is kept: the same command goes on from here, and so does limbeck resume ${id}.`,
	);
}

/** Writes a run's files into its output folder: together, at the end. */
async function leave<Event extends SeedEvent, Result>(
	{ seeds, planner }: Planned<Event, Result>,
	finished: Finished,
	{ report, details }: { readonly report: object; readonly details: Omit<RunDetails, "files"> },
	out: string,
): Promise<void> {
	const work = join(out, `.unfinished-${randomUUID()}`);
	const outputOf = outputs(finished);
	try {
		await mkdir(work, { recursive: true });
		const lines: object[] = [];
		const files: string[] = [];
		const leaveFile = async (seed: string, name: string, from: string): Promise<void> => {
			const path = join(seed, name);
			await copyTo(join(work, path), from);
			files.push(path);
		};
		for (const [k, { seed, plan }] of seeds.entries()) {
			const folder = k === 0 ? "" : `seed-${String(seed)}`;
			for (const { name, step, about } of plan.networks) {
				if (name !== undefined) await leaveFile(folder, `${name}.onnx`, planner.fileOf(step, modelFile));
				lines.push(...curveLines(outputOf(step), { seed, ...about }));
			}
			for (const { name, from } of plan.files ?? []) await leaveFile(folder, name, from);
		}
		const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
		const whole: RunDetails = { ...details, files };
		await writeFileAtomic(join(work, runFiles.metrics), text);
		await writeFileAtomic(join(work, runFiles.details), `${JSON.stringify(whole)}\n`);
		await writeFileAtomic(join(work, runFiles.report), `${JSON.stringify(report, undefined, "\t")}\n`);
		await publish(work, out, files);
	} catch (error) {
		throw error instanceof Error && "code" in error ? fileError(error, out) : error;
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

async function copyTo(target: string, from: string): Promise<void> {
	await mkdir(dirname(target), { recursive: true });
	await copyFile(from, target, constants.COPYFILE_FICLONE);
}

/** A network's losses and looks at validation, whenever it was trained. */
function curveLines({ curve, steps, epochs }: TrainOutcome, about: object): readonly object[] {
	const epochOf = (step: number): number => (epochs * step) / steps;
	return [
		...curve.losses.map(({ step, loss }) => ({ ...about, kind: "progress", step, steps, epoch: epochOf(step), loss })),
		...curve.validations.map((seen) => ({ ...about, kind: "validation", epoch: epochOf(seen.step), ...seen })),
	];
}
