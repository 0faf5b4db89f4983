/** Promises about what is on the disk after a stop in the middle, and after damage. */
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { canonicalHash } from "../../src/canonical.js";
import { LimbeckError } from "../../src/errors.js";
import { checkpointFolder } from "../../src/pipeline/checkpoint-folder.js";
import { openStore } from "../../src/store/open-store.js";
import type { Store, Work } from "../../src/store/store.js";
import { openTargets } from "../../src/targets/store.js";
import type { Targets, TargetsRequest } from "../../src/targets/targets.js";
import type { Checkpoint } from "../../src/train/checkpoint/checkpoint.js";
import { createDraws, type Draws } from "../support/draws.js";
import { stoppedAfter } from "./file-layer.js";
import { type Attempt, expectation, type FaultPromise, type Outcome } from "./promise.js";

/** The training of a net of two layers, after so many steps. */
function checkpointAt(step: number): Checkpoint {
	const state = {
		weight: { type: "float", dims: [30, 20], data: Float32Array.from({ length: 600 }, (_, i) => step + i / 600) },
		bias: { type: "float", dims: [20], data: new Float32Array(20).fill(step) },
	} as const;
	const history = { losses: new Float32Array(step).fill(1), validations: [] };
	return { step, state, history, rollbacks: [], seconds: step };
}

/** The newest checkpoint in a folder, and what was said of those that were passed over. */
async function newestIn(folder: string): Promise<{ readonly step: number | undefined; readonly warnings: string[] }> {
	const warnings: string[] = [];
	const newest = await checkpointFolder(folder, (text) => warnings.push(text)).newest();
	if (newest === undefined) return { step: undefined, warnings };
	const { weight } = newest.state;
	const isWhole =
		weight?.data.length === 600 && weight.data.every((value, i) => value === Math.fround(newest.step + i / 600));
	return { step: isWhole ? newest.step : Number.NaN, warnings };
}

async function withCheckpoints(folder: string, steps: readonly number[]): Promise<void> {
	const checkpoints = checkpointFolder(folder, () => undefined);
	for (const step of steps) await checkpoints.save(checkpointAt(step));
}

/** The file of the newest checkpoint. */
async function newestFile(folder: string): Promise<string> {
	return join(folder, (await readdir(folder)).sort().at(-1) ?? "");
}

function workOf(name: string): Work {
	const about = { step: name };
	return {
		about,
		key: canonicalHash(about),
		async run(output) {
			await writeFile(join(output, "model.bin"), `content of ${name}`.repeat(20));
			await writeFile(join(output, "other.bin"), name);
			return { name, errors: 7 };
		},
	};
}

/** What is wrong with the entry of a piece of work; nothing where it is what was put in. */
async function wrongEntry(store: Store, work: Work, name: string): Promise<string | undefined> {
	const { entry } = await store.obtain(work);
	const model = await readFile(await store.pathOf(entry.key, "model.bin"), "utf8");
	if (model !== `content of ${name}`.repeat(20)) return "the entry's file is not what was put in";
	return canonicalHash(entry.result) === canonicalHash({ name, errors: 7 })
		? undefined
		: "the entry's result is another";
}

// A row is half a block or so: several blocks in a small file.
const [count, classes] = [9, 20_000];
const answer = (view: number, sample: number, c: number): number => ((view * 7 + sample * 31 + c * 17) % 257) / 16;

function requestOf(folder: string): TargetsRequest {
	return {
		folder,
		teacher: "t",
		handling: null,
		data: { fingerprint: "f", split: "train" },
		views: { transforms: [] },
		precision: "float16",
		count,
		classes,
		viewCount: 1,
		batch: 3,
		ask: (view, first, length) =>
			Promise.resolve(
				Float32Array.from({ length: length * classes }, (_, i) =>
					answer(view, first + Math.floor(i / classes), i % classes),
				),
			),
	};
}

/** Whether every answer is the teacher's. @throws LimbeckError for a file that is damaged. */
function allRight(targets: Targets): boolean {
	const out = new Float32Array(count * classes);
	try {
		targets.read(
			Uint32Array.from({ length: count }, (_, i) => i),
			undefined,
			out,
		);
	} finally {
		targets.close();
	}
	return out.every((value, i) => value === answer(0, Math.floor(i / classes), i % classes));
}

/** Removes the lock of work that was stopped: its process, this one, is alive and would be waited for. */
async function releaseLock(folder: string, name: string): Promise<void> {
	await rm(join(folder, `${name}.lock`), { recursive: true, force: true });
}

/** Work that is stopped in the middle, by what it leaves. `check` says what is wrong afterwards. */
const interrupted: Readonly<
	Record<
		string,
		(folder: string) => {
			readonly prepare: () => Promise<unknown>;
			readonly work: () => Promise<unknown>;
			readonly check: (stopped: boolean) => Promise<string | undefined>;
		}
	>
> = {
	"checkpoint saved": (folder) => ({
		prepare: () => withCheckpoints(folder, [1, 2]),
		work: () => withCheckpoints(folder, [3]),
		async check(stopped) {
			const { step, warnings } = await newestIn(folder);
			if (warnings.length > 0) return `a torn checkpoint: ${warnings.join()}`;
			return step === 3 || (stopped && step === 2) ? undefined : `the checkpoint of step ${String(step)}`;
		},
	}),
	"entry published": (folder) => {
		const store = openStore(folder);
		const [old, work] = [workOf("old"), workOf("new")];
		return {
			prepare: () => store.obtain(old),
			work: () => store.obtain(work),
			async check(stopped) {
				await releaseLock(join(folder, "locks"), work.key);
				const damages: string[] = [];
				const found = await store.find(work.key, { onDamaged: (text) => damages.push(text) });
				if (damages.length > 0) return damages.join();
				if (found === undefined && !stopped) return "no entry";
				return (await wrongEntry(store, old, "old")) ?? (await wrongEntry(store, work, "new"));
			},
		};
	},
	"answers stored": (folder) => ({
		prepare: () => Promise.resolve(),
		work: async () => {
			(await openTargets(requestOf(folder))).close();
		},
		async check() {
			for (const key of await readdir(folder).catch(() => [])) await releaseLock(join(folder, key), "view-0.targets");
			return allRight(await openTargets(requestOf(folder))) ? undefined : "answers that the teacher did not give";
		},
	}),
};

/** Calls of the file system after which there are no more stops to try; each piece of work takes fewer. */
const mostCalls = 60;

/** Seeds take the pieces of work in turn, and the calls in order, first with whole writes and then with torn ones. */
async function stopInTheMiddle({ seed, folder }: Attempt): Promise<Outcome> {
	const names = Object.keys(interrupted);
	const name = names[(seed - 1) % names.length] ?? "";
	const turn = Math.floor((seed - 1) / names.length);
	const [torn, calls] = [turn % 2 === 1, Math.floor(turn / 2) % mostCalls];
	const piece = interrupted[name]?.(join(folder, "place"));
	if (piece === undefined) return { kind: "broken", why: `no ${name}` };
	await piece.prepare();
	const { stopped, calls: done } = await stoppedAfter(calls, torn, piece.work);
	if (done === 0 && calls > 0) return { kind: "broken", why: "no call was seen" };
	if (stopped && calls === mostCalls - 1) return { kind: "broken", why: `${name}: it takes more calls than are tried` };
	const wrong = await piece.check(stopped);
	return expectation(
		wrong === undefined,
		`${name}, stopped after ${String(calls)} calls${torn ? ", torn" : ""}: ${wrong ?? ""}`,
		stopped ? `${name}, stopped` : "not stopped: done before",
	);
}

/** Flips a bit of a file. */
async function flip(path: string, draws: Draws): Promise<void> {
	const bytes = await readFile(path);
	const at = draws.integer(0, bytes.length - 1);
	bytes[at] = (bytes[at] ?? 0) ^ (1 << draws.integer(0, 7));
	await writeFile(path, bytes);
}

/** Whether a LimbeckError of this category is thrown. */
async function refusedAs(category: string, work: () => Promise<unknown>): Promise<boolean> {
	try {
		await work();
		return false;
	} catch (error) {
		return error instanceof LimbeckError && error.category === category;
	}
}

/** What may be damaged, how that is seen; each says what is wrong. */
const damaged: Readonly<Record<string, (folder: string, draws: Draws) => Promise<string | undefined>>> = {
	async checkpoint(folder, draws) {
		await withCheckpoints(folder, [1, 2]);
		const path = await newestFile(folder);
		await flip(path, draws);
		const { step, warnings } = await newestIn(folder);
		return step === 1 && warnings.some((text) => text.includes(path)) ? undefined : `step ${String(step)} was taken`;
	},
	"store entry's file": (folder, draws) => damageEntry(folder, draws, draws.chance(0.5) ? "model.bin" : "other.bin"),
	"store entry's manifest": (folder, draws) => damageEntry(folder, draws, "manifest.json"),
	async "stored answers"(folder, draws) {
		const request = requestOf(folder);
		const targets = await openTargets(request);
		targets.close();
		await flip(join(folder, targets.key, "view-0.targets"), draws);
		const refused = await refusedAs("data", async () => allRight(await openTargets(request)));
		return refused ? undefined : "damaged answers were given";
	},
	async "answers in the making"(folder, draws) {
		const request = requestOf(folder);
		const ask: TargetsRequest["ask"] = (view, first, length) =>
			first >= 6 ? Promise.reject(new RangeError("gone")) : request.ask(view, first, length);
		await openTargets({ ...request, ask }).catch(() => undefined);
		const [key = ""] = await readdir(folder);
		const part = (await readdir(join(folder, key))).find((name) => name.endsWith(".part"));
		if (part === undefined) return "nothing was left";
		await flip(join(folder, key, part), draws);
		return allRight(await openTargets(request)) ? undefined : "damaged answers were taken over";
	},
};

async function damageEntry(folder: string, draws: Draws, name: string): Promise<string | undefined> {
	const store = openStore(folder);
	const work = workOf("work");
	const { entry } = await store.obtain(work);
	await flip(await store.pathOf(entry.key, name), draws);
	const told: string[] = [];
	const again = await store.obtain(work, { onDamaged: (text) => told.push(text) });
	if (again.cached || told.length !== 1) return "the damaged entry was given";
	return wrongEntry(store, work, "work");
}

async function flipABit({ seed, folder }: Attempt): Promise<Outcome> {
	const names = Object.keys(damaged);
	const name = names[(seed - 1) % names.length] ?? "";
	const wrong = await damaged[name]?.(join(folder, "place"), createDraws(seed, "flips"));
	return expectation(wrong === undefined, `${name}: ${wrong ?? ""}`, name);
}

async function truncateNewest({ seed, folder }: Attempt): Promise<Outcome> {
	await withCheckpoints(folder, [1, 2]);
	const path = await newestFile(folder);
	const length = createDraws(seed, "lengths").integer(0, (await readFile(path)).length - 1);
	await truncate(path, length);
	const { step, warnings } = await newestIn(folder);
	const named = warnings.length === 1 && warnings[0]?.includes(basename(path)) === true;
	return expectation(step === 1 && named, `cut to ${String(length)} bytes: step ${String(step)}, ${warnings.join()}`);
}

export const diskPromises = {
	R4: {
		promise: "atomic commit",
		fault: "stop after every file system call of a save, a publication, a store of answers; every write torn too",
		tries: { short: 60, long: 6 * mostCalls },
		tryOnce: stopInTheMiddle,
	},
	R5: {
		promise: "corruption is seen",
		fault: "flip a bit in a checkpoint, a store entry, stored answers, answers in the making",
		tries: { short: 25, long: 1000 },
		tryOnce: flipABit,
	},
	R6: {
		promise: "fallback",
		fault: "cut the newest checkpoint: the one before is used, with a warning that names the file",
		tries: { short: 20, long: 100 },
		tryOnce: truncateNewest,
	},
} as const satisfies Readonly<Record<string, FaultPromise>>;
