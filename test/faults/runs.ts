/** Promises about real runs of the command line that are killed, stopped, or left without room. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, watch } from "node:fs";
import { mkdir, mkdtemp, open, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkpointFolder } from "../../src/pipeline/checkpoint-folder.js";
import { type CliResult, type CliRun, eventsIn, startLimbeck } from "../support/command-line.js";
import { createDraws, type Draws } from "../support/draws.js";
import { type Attempt, expectation, type FaultPromise, type Outcome } from "./promise.js";

/** A training of a second or two that is kept after every chunk of steps. */
const recipe = ["train", "--model", "mlp:128,128", "--epochs", "10", "--set", "network.jitter=1"];

function start(folder: string, threads = 1): CliRun {
	const args = [...recipe, "--threads", String(threads), "--checkpoint-seconds", "0", "--json", "--quiet"];
	return startLimbeck([...args, "--out", join(folder, "out")], join(folder, "store"));
}

async function hashOf(folder: string): Promise<string> {
	return createHash("sha256")
		.update(await readFile(join(folder, "out", "model.onnx")))
		.digest("hex");
}

let whole: Promise<string> | undefined;

/** The model of the run that nobody disturbs, as its hash; it is trained once. */
function undisturbed(): Promise<string> {
	whole ??= (async () => {
		const folder = await mkdtemp(join(tmpdir(), "limbeck-fault-"));
		try {
			const { code, stderr } = await start(folder).result;
			if (code !== 0) throw new Error(`the undisturbed run: exit code ${String(code)}: ${stderr}`);
			return await hashOf(folder);
		} finally {
			await rm(folder, { recursive: true });
		}
	})();
	return whole;
}

/** Runs the same command to its end. @returns what is wrong with what it leaves. */
async function wrongEnd(folder: string): Promise<string | undefined> {
	const { code, stderr } = await start(folder).result;
	if (code !== 0) return `the next run: exit code ${String(code)}: ${stderr}`;
	return (await hashOf(folder)) === (await undisturbed()) ? undefined : "the next run gives another model";
}

/** The folder of a run's checkpoints; none where there is none yet. */
async function checkpointsOf(folder: string): Promise<string | undefined> {
	const work = join(folder, "store", "work");
	const keys = await readdir(work).catch(() => []);
	return keys.map((key) => join(work, key, "checkpoints")).find((path) => existsSync(path));
}

/** Waits until `look` finds something, or the run has ended. */
async function waitFor<Found>({ child }: CliRun, look: () => Promise<Found | undefined>): Promise<Found | undefined> {
	for (;;) {
		const found = await look();
		if (found !== undefined || child.exitCode !== null || child.signalCode !== null) return found;
		await sleep(5);
	}
}

/** To the whole process group, as a terminal does. */
function signal({ child }: CliRun, name: NodeJS.Signals): void {
	try {
		process.kill(-(child.pid ?? 0), name);
	} catch {
		// It has ended.
	}
}

/** Kills a run as soon as its save number `saves` has begun. */
async function killInSave(run: CliRun, folder: string, saves: number): Promise<void> {
	const path = await waitFor(run, () => checkpointsOf(folder));
	if (path === undefined) return;
	const begun = new Set<string>();
	const watcher = watch(path, (_, name) => {
		if (name?.endsWith(".tmp") === true && existsSync(join(path, name))) begun.add(name);
		if (begun.size >= saves) signal(run, "SIGKILL");
	});
	await run.result;
	watcher.close();
}

const inSave = "inside a save";

async function killed({ seed, folder }: Attempt): Promise<Outcome> {
	const draws = createDraws(seed, "kills");
	await undisturbed();
	const run = start(folder);
	if (seed % 2 === 1) await killInSave(run, folder, draws.integer(1, 8));
	else {
		await sleep(draws.integer(300, 3000));
		signal(run, "SIGKILL");
	}
	const { code } = await run.result;
	const path = await checkpointsOf(folder);
	const torn = path !== undefined && (await readdir(path)).some((name) => name.endsWith(".tmp"));
	const wrong = await wrongEnd(folder);
	return expectation(
		wrong === undefined,
		wrong ?? "",
		code === null ? (torn ? inSave : "between saves") : "done before it was killed",
	);
}

async function repeated({ seed, folder }: Attempt): Promise<Outcome> {
	const threads = 1 + (seed % 2);
	const expected = await undisturbed();
	const { code, stderr } = await start(folder, threads).result;
	if (code !== 0) return { kind: "broken", why: `exit code ${String(code)}: ${stderr}` };
	return expectation((await hashOf(folder)) === expected, `${String(threads)} threads: another model`);
}

/** What is wrong with a run that was told to stop. */
function wrongStop({ code, stderr }: CliResult, ms: number, patienceMs: number): string | undefined {
	if (code !== 130) return `exit code ${String(code)}: ${stderr}`;
	return ms <= patienceMs ? undefined : `left after ${ms.toFixed(0)} ms`;
}

/** How much sooner than after one signal a run has left after two. */
const atOnce = 5;

/** The signal comes when training has begun; every second time another follows at once. */
async function interrupted({ seed, folder, patienceMs }: Attempt): Promise<Outcome> {
	const draws = createDraws(seed, "signals");
	const run = start(folder);
	await waitFor(run, async () => ((await eventsIn(run.store)) === "" ? undefined : true));
	await sleep(draws.integer(0, 600));
	let begun = performance.now();
	signal(run, "SIGINT");
	const twice = seed % 2 === 0;
	if (twice) {
		await sleep(draws.integer(10, 60));
		begun = performance.now();
		signal(run, "SIGINT");
	}
	const result = await run.result;
	const ms = performance.now() - begun;
	if (result.code === 0) return { kind: "kept", how: "done before the signal" };
	const wrong = wrongStop(result, ms, twice ? patienceMs / atOnce : patienceMs);
	if (wrong !== undefined) return { kind: "broken", why: wrong };
	if (twice) return { kind: "kept", how: "two signals", ms };
	const path = await checkpointsOf(folder);
	const newest = path === undefined ? undefined : await checkpointFolder(path, () => undefined).newest();
	return newest === undefined
		? { kind: "broken", why: "no checkpoint was left" }
		: { kind: "kept", how: "one signal", ms };
}

/**
 * Takes all the room that a file system has, and whatever becomes free while a run goes on: a checkpoint that is
 * removed just then would leave room for the next one. @returns what gives the room back.
 */
async function keepFull(folder: string, run: CliRun): Promise<() => Promise<void>> {
	const path = join(folder, "filler");
	const file = await open(path, "w");
	const bytes = Buffer.alloc(4096);
	await waitFor(run, async () => {
		try {
			for (;;) await file.write(bytes);
		} catch {
			// Full, for now.
			return undefined;
		}
	});
	await file.close();
	return () => rm(path);
}

/** Does something in a small file system of its own. */
async function inSmall(folder: string, size: string, work: () => Promise<Outcome>): Promise<Outcome> {
	await mkdir(folder);
	const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { encoding: "utf8" });
	if (mounted.status !== 0) {
		return { kind: "skipped", why: `no tmpfs can be mounted: ${(mounted.stderr || String(mounted.error)).trim()}` };
	}
	try {
		return await work();
	} finally {
		spawnSync("umount", [folder]);
	}
}

/** Every fourth time there is too little room from the beginning. */
function diskFull({ seed, folder: parent }: Attempt): Promise<Outcome> {
	const folder = join(parent, "small");
	return seed % 4 === 2
		? inSmall(folder, "4m", () => refusedAtOnce(folder))
		: inSmall(folder, "16m", () => filledUp(folder, createDraws(seed, "room")));
}

async function refusedAtOnce(folder: string): Promise<Outcome> {
	const { code, stderr } = await start(folder).result;
	const begun = await readdir(join(folder, "store", "work")).catch(() => []);
	const refused = code === 7 && /expected [\d.]+ MB free .*\s+got +[\d.]+ MB/.test(stderr) && begun.length === 0;
	return expectation(
		refused,
		`exit code ${String(code)}, begun: ${begun.join()}: ${stderr}`,
		"refused before any work",
	);
}

async function filledUp(folder: string, draws: Draws): Promise<Outcome> {
	const run = start(folder);
	const saved = await waitFor(run, async () => {
		const path = await checkpointsOf(folder);
		return path !== undefined && (await readdir(path)).some((name) => name.endsWith(".safetensors")) ? path : undefined;
	});
	await sleep(draws.integer(0, 100));
	const empty = await keepFull(folder, run);
	const { code, stderr } = await run.result;
	if (code !== 7 || saved === undefined) return { kind: "broken", why: `exit code ${String(code)}: ${stderr}` };
	const warnings: string[] = [];
	const newest = await checkpointFolder(saved, (text) => warnings.push(text)).newest();
	if (newest === undefined || warnings.length > 0) return { kind: "broken", why: "the old checkpoint is not intact" };
	await empty();
	const wrong = await wrongEnd(folder);
	return expectation(wrong === undefined, wrong ?? "", "filled up");
}

export const runPromises = {
	R1: {
		promise: "a killed run resumes to the same weights",
		fault: "kill -9, every second time as soon as a save has begun; then the same command: the same SHA-256",
		tries: { short: 2, long: 50 },
		least: { [inSave]: 10 },
		tryOnce: killed,
	},
	R3: {
		promise: "reproducible",
		fault: "train again, with 2 and 1 threads in turn: the same SHA-256",
		tries: { short: 1, long: 5 },
		tryOnce: repeated,
	},
	R7: {
		promise: "disk full",
		fault:
			"a small tmpfs fills up in training: exit code 7, the old checkpoint whole; with room again the same SHA-256; " +
			"every fourth time it is too small: an error before any work",
		tries: { short: 2, long: 10 },
		tryOnce: diskFull,
	},
	R15: {
		promise: "Ctrl-C is safe",
		fault: "SIGINT: exit code 130 in 5 s, and a checkpoint; every second time SIGINT again: gone within 1 s of it",
		tries: { short: 2, long: 20 },
		tryOnce: interrupted,
	},
} as const satisfies Readonly<Record<string, FaultPromise>>;
