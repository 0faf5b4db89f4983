/** Stored targets: the store written and read, and the scoring that it saves, against Python's onnxruntime. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildModel } from "../dist/models/index.js";
import { writeModelFile } from "../dist/onnx/file.js";
import { normal, permutation, randomStream } from "../dist/random.js";
import { openTargets } from "../dist/targets/store.js";
import type { TargetForm, Targets, TargetsRequest } from "../dist/targets/targets.js";
import { LimbeckError } from "../src/errors.js";
import { attempted, type Contestant, node, openContest, type Peer, python, stepTime } from "./contest.js";
import { netOf } from "./nets.js";

/** Logits of each case. */
const values = 8_000_000;
const readBatch = 128;
/** The least time that each way of reading takes. */
const readMs = 200;
const classCounts = [100, 10_000];
const forms: readonly (readonly [name: string, form: TargetForm])[] = [
	["float32", { precision: "float32" }],
	["float16", { precision: "float16" }],
	["float16, top 20", { precision: "float16", topK: 20 }],
];

/** What a child is to score. */
export interface ScoringTask {
	/** Path of the model. */
	readonly model: string;
	readonly sampleShape: readonly [number, number, number];
	readonly classes: number;
	readonly batch: number;
	readonly threads: number;
}

const contestants: readonly Peer[] = [
	{ name: "limbeck", command: node("./peers/score.ts"), install: "npm ci", turnMs: 1000 },
	{
		name: "onnxruntime-python",
		command: python("./peers/score.py"),
		install: "pip install onnxruntime, and LIMBECK_PYTHON=path/to/python",
		turnMs: 1000,
	},
];

/**
 * Measures the store on this machine's temporary folder, all of it in the system's cache.
 *
 * @param report - takes results, a line at a time.
 */
export async function measureStore(report: (line: string) => void): Promise<void> {
	report("store: MB/s of the file, and samples/s; written with its cost at T = 1 and 4 measured, unless it is exact");
	for (const classes of classCounts) {
		for (const [name, form] of forms) {
			const folder = await mkdtemp(join(tmpdir(), "limbeck-bench-"));
			try {
				report(`  ${String(classes)} classes, ${name}: ${await measureForm(folder, classes, form)}`);
			} finally {
				await rm(folder, { recursive: true });
			}
		}
	}
}

async function measureForm(folder: string, classes: number, form: TargetForm): Promise<string> {
	const count = values / classes;
	const batch = Math.min(count, 1000);
	const logits = normal(randomStream(1, "logits"), 0, batch * classes).map((x) => 4 * x);
	const request: TargetsRequest = {
		...form,
		folder,
		teacher: "random",
		handling: null,
		data: { fingerprint: "random", split: "train" },
		views: { transforms: [] },
		count,
		classes,
		viewCount: 1,
		temperature: 4,
		batch,
		ask: (_, __, length) => Promise.resolve(logits.subarray(0, length * classes)),
	};
	const inOrder = Uint32Array.from({ length: count }, (_, i) => i);
	const shuffled = permutation(randomStream(1, "order"), 0, count);
	const started = performance.now();
	const held = await openTargets(request);
	const rate = (ms: number): string =>
		`${(held.bytes / 1000 / ms).toPrecision(3)} MB/s, ${((1000 * count) / ms).toFixed(0)}/s`;
	const results = [`written ${rate(performance.now() - started)}`];
	const onDisk = await openTargets({ ...request, memory: 0 });
	readAll(held, inOrder, classes); // Code is compiled when it is hot.
	for (const [name, targets, ids] of [
		["in order", held, inOrder],
		["shuffled", held, shuffled],
		["from disk, shuffled", onDisk, shuffled],
		["from disk, in order", onDisk, inOrder],
	] as const) {
		results.push(`${name} ${rate(readAll(targets, ids, classes))}`);
	}
	held.close();
	onDisk.close();
	return results.join("; ");
}

/** Reads all samples again and again. @returns the milliseconds that it took once. */
function readAll(targets: Targets, ids: Uint32Array, classes: number): number {
	const out = new Float32Array(readBatch * classes);
	const started = performance.now();
	for (let times = 1; ; times++) {
		for (let at = 0; at < ids.length; at += readBatch) {
			const some = ids.subarray(at, at + readBatch);
			targets.read(some, undefined, out.subarray(0, some.length * classes));
		}
		const ms = performance.now() - started;
		if (ms > readMs) return ms / times;
	}
}

/**
 * Measures how fast a teacher is asked, from bytes to logits, against Python's onnxruntime on the same file.
 *
 * @param log - takes progress, a line at a time.
 * @param report - takes results, a line at a time.
 * @throws LimbeckError (`environment`) if our own program does not start.
 */
export async function measureScoring(
	rounds: number,
	threads: number,
	log: (line: string) => void,
	report: (line: string) => void,
): Promise<void> {
	const { name, model: spec, sampleShape, classes } = netOf("resnet:8x4");
	const folder = await mkdtemp(join(tmpdir(), "limbeck-bench-"));
	try {
		const model = join(folder, "teacher.onnx");
		await writeModelFile(model, buildModel(spec, { sampleShape, classes, seed: 1 }));
		report(`scoring: ${name}, ${sampleShape.join("×")}, ${String(threads)} threads: samples/s`);
		for (const batch of [128, 500]) {
			const task: ScoringTask = { model, sampleShape, classes, batch, threads };
			report(`  batch ${String(batch)}: ${await scoreInTurn(task, rounds, log)}`);
		}
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function scoreInTurn(task: ScoringTask, rounds: number, log: (line: string) => void): Promise<string> {
	const contest = openContest(log);
	try {
		const entered: Contestant[] = [];
		for (const [place, peer] of contestants.entries()) {
			const contestant = await attempted(contest.enter(peer, task));
			if (!(contestant instanceof LimbeckError)) entered.push(contestant);
			else if (place === 0) throw contestant;
			else log(`${peer.name} skipped: ${contestant.got} (to install: ${peer.install})`);
		}
		const otherLoad = await contest.takeTurns(rounds);
		const rates = entered.map((one) => {
			const { stepMs, roundsMs, about } = stepTime(one);
			const rate = (ms: number): string => ((1000 * task.batch) / ms).toFixed(0);
			return `${one.name} ${rate(stepMs)} (${rate(Math.max(...roundsMs))} to ${rate(Math.min(...roundsMs))}, ${about})`;
		});
		return `${rates.join("; ")}; other programs used ${(100 * otherLoad).toFixed(0)} %`;
	} finally {
		contest.close();
	}
}
