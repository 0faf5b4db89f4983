/** What a run has told while it trained, read as it grows. */
import { open } from "node:fs/promises";
import { parsedJson } from "../options.js";
import { logPath } from "../pipeline/records.js";
import { type LogLine, logLine } from "../pipeline/training-lines.js";
import type { NetworkPart } from "../report/networks.js";
import type { Rooms } from "../store/rooms.js";

/** The last that a training said of its progress. */
export interface Progress {
	readonly step: number;
	readonly steps: number;
	/** Counted from 0, with a fraction. */
	readonly epoch: number;
	readonly loss: number;
	/** Samples a second. */
	readonly throughput: number;
	/** Bytes. */
	readonly memory?: number | undefined;
	/** Seconds of training from here to the end, at the rate since it began; absent before there is one. */
	readonly left?: number | undefined;
}

/** A point of a curve. */
export interface LogPoint {
	readonly epoch: number;
	readonly value: number;
}

/** One training of a run. */
export interface TrainingLog {
	/** The label of its step. */
	readonly label: string;
	/** Whose it is. */
	readonly part: NetworkPart;
	readonly progress?: Progress;
	readonly losses: readonly LogPoint[];
	/** On the validation split: errors, or without labels the KL to the teacher. */
	readonly errors: readonly LogPoint[];
	readonly kl: readonly LogPoint[];
	readonly notes: readonly string[];
}

/** Reads the logs of a store's runs; what was read is kept, so that only what is new is read again. */
export interface RunLogs {
	/** The trainings of a run, in the order in which they began. */
	read(id: string): Promise<readonly TrainingLog[]>;
	/** Forgets runs that are not among these. */
	keep(ids: ReadonlySet<string>): void;
}

/** A training while it is read. */
interface OpenLog {
	readonly label: string;
	readonly part: NetworkPart;
	/** The time and the step of its first progress. */
	first?: { readonly seconds: number; readonly step: number };
	progress?: Progress;
	readonly losses: LogPoint[];
	readonly errors: LogPoint[];
	readonly kl: LogPoint[];
	readonly notes: string[];
}

interface OpenRun {
	/** Bytes that were read. */
	at: number;
	/** The beginning of a line whose end was not written yet. */
	rest: string;
	readonly trainings: Map<string, OpenLog>;
	/** Readings follow each other. */
	reading: Promise<void>;
}

/** More points make no better curve; the others of them go when there are twice as many. */
const mostPoints = 1000;

/** Opens the logs of a store. */
export function openRunLogs(rooms: Rooms): RunLogs {
	const runs = new Map<string, OpenRun>();
	return {
		async read(id) {
			const run: OpenRun = runs.get(id) ?? { at: 0, rest: "", trainings: new Map(), reading: Promise.resolve() };
			runs.set(id, run);
			run.reading = run.reading.then(() => readOn(run, logPath(rooms, id)));
			await run.reading;
			return [...run.trainings.values()];
		},
		keep(ids) {
			for (const id of runs.keys()) if (!ids.has(id)) runs.delete(id);
		},
	};
}

/** Reads what was added; a log that is not there, or cannot be read now, has nothing new. */
async function readOn(run: OpenRun, path: string): Promise<void> {
	const file = await open(path, "r").catch(() => undefined);
	if (file === undefined) return;
	try {
		const chunk = Buffer.alloc(2 ** 16);
		for (;;) {
			const { bytesRead } = await file.read(chunk, 0, chunk.length, run.at);
			if (bytesRead === 0) return;
			// What is cut within a character is in a line that is cut as well: latin1 keeps its bytes.
			const lines = (run.rest + chunk.toString("latin1", 0, bytesRead)).split("\n");
			run.at += bytesRead;
			run.rest = lines.pop() ?? "";
			for (const line of lines) take(run.trainings, Buffer.from(line, "latin1").toString("utf8"));
		}
	} catch {
		return;
	} finally {
		await file.close();
	}
}

function take(trainings: Map<string, OpenLog>, text: string): void {
	const parsed = logLine.safeParse(parsedJson(text));
	if (!parsed.success) return;
	const line = parsed.data;
	const { label, role, member, network } = line;
	const log = trainings.get(label) ?? {
		label,
		part: { role, member, network },
		losses: [],
		errors: [],
		kl: [],
		notes: [],
	};
	trainings.set(label, log);
	if (line.kind === "progress") takeProgress(log, line);
	if (line.kind === "note") log.notes.push(line.text);
	if (line.kind !== "validation") return;
	const { epoch, errors, klToTeacher } = line;
	if (errors !== undefined) log.errors.push({ epoch, value: errors });
	if (klToTeacher !== undefined) log.kl.push({ epoch, value: klToTeacher });
}

function takeProgress(log: OpenLog, line: Extract<LogLine, { readonly kind: "progress" }>): void {
	const { seconds, step, steps, epoch, loss, throughput, memory } = line;
	const first = (log.first ??= { seconds, step });
	const left = step > first.step ? ((seconds - first.seconds) / (step - first.step)) * (steps - step) : undefined;
	log.progress = { step, steps, epoch, loss, throughput, memory, left };
	log.losses.push({ epoch, value: loss });
	if (log.losses.length < 2 * mostPoints) return;
	const half = log.losses.filter((_, k) => k % 2 === 1);
	log.losses.splice(0, log.losses.length, ...half);
}
