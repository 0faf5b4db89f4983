/** Locks whose holders are killed. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rename, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { hold } from "../../src/locks.js";
import { temporaryFolder } from "../support/own-data.js";

const never = (): Promise<boolean> => Promise.resolve(false);

/** Starts a process that takes the lock so many times, and kills itself the last time. */
function start(folder: string, seed: number, rounds: number): Promise<NodeJS.Signals | null> {
	const child = fork(join(import.meta.dirname, "lock-holder.ts"), [folder, "work", String(seed), String(rounds)], {
		execArgv: ["--import", "jiti/register"],
		stdio: ["ignore", "ignore", "inherit", "ipc"],
	});
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("exit", (_, signal) => {
			resolve(signal);
		});
	});
}

/** Starts a process that wants the lock, and has it until it is killed; its clock is so many hours ahead. */
function startSkewed(folder: string, hours: number): ChildProcess {
	const args = [folder, "work", String(hours * 3_600_000)];
	return fork(join(import.meta.dirname, "skewed-holder.ts"), args, { execArgv: ["--import", "jiti/register"] });
}

/** Makes a lock another machine's. */
async function moveAway(folder: string): Promise<string> {
	const path = join(folder, "work.lock", "holder.json");
	const aside = join(folder, "aside");
	await writeFile(aside, JSON.stringify({ ...(await holderIn(join(folder, "work.lock"))), machine: "other" }));
	await rename(aside, path);
	return path;
}

async function holderIn(place: string): Promise<object> {
	return JSON.parse(await readFile(join(place, "holder.json"), "utf8")) as object;
}

/** Holds the lock `work`, counting how often it has to wait. */
async function holdNow(folder: string): Promise<number> {
	let waits = 0;
	const release = await hold(folder, "work", never, { onWait: () => waits++ });
	await release?.();
	return waits;
}

test("a killed holder is followed at once, and nothing is left of it", async () => {
	const folder = await temporaryFolder();
	expect(await start(folder, 1, 1)).toBe("SIGKILL");
	expect(await readdir(folder)).toEqual(["log", "work.lock"]);
	expect(await holdNow(folder)).toBe(0);
	expect(await readdir(folder)).toEqual(["log"]);
});

test("one that died while it removed the lock of another dead one is followed too", async () => {
	const folder = await temporaryFolder();
	await start(folder, 1, 1);
	const place = join(folder, "work.lock");
	const dead = await holderIn(place);
	const { token } = dead as { readonly token: string };
	await mkdir(`${place}-${token}`);
	await writeFile(join(`${place}-${token}`, "holder.json"), JSON.stringify({ ...dead, token: "second" }));
	expect(await holdNow(folder)).toBe(0);
	expect(await readdir(folder)).toEqual(["log"]);
});

test("a number that now is another process's does not keep a dead holder alive", async () => {
	const folder = await temporaryFolder();
	await start(folder, 1, 1);
	const path = join(folder, "work.lock", "holder.json");
	await writeFile(path, JSON.stringify({ ...(await holderIn(join(folder, "work.lock"))), pid: process.pid }));
	expect(await holdNow(folder)).toBe(process.platform === "linux" ? 0 : 1);
});

test("a living holder is waited for, however long it gives no sign of life", async () => {
	const folder = await temporaryFolder();
	const release = await hold(folder, "work", never);
	await utimes(join(folder, "work.lock", "holder.json"), 0, 0);
	let waited = false;
	const second = hold(folder, "work", () => Promise.resolve(waited), {
		onWait: () => {
			waited = true;
		},
	});
	expect(await second).toBeUndefined();
	await release?.();
	expect(await readdir(folder)).toEqual([]);
});

test.each(["another machine", "nobody that can be read"])("a holder on %s counts by its signs of life", async (who) => {
	const folder = await temporaryFolder();
	await start(folder, 1, 1);
	const path = join(folder, "work.lock", "holder.json");
	const holder = await holderIn(join(folder, "work.lock"));
	await writeFile(path, who === "another machine" ? JSON.stringify({ ...holder, machine: "other" }) : "");
	const stop = new AbortController();
	const abort = (): void => {
		stop.abort();
	};
	const waiting = hold(folder, "work", never, { signal: stop.signal, onWait: abort });
	await expect(waiting).rejects.toMatchObject({ name: "LimbeckError", category: "interrupted" });
	await utimes(path, 0, 0);
	expect(await holdNow(folder)).toBe(0);
	expect(await readdir(folder)).toEqual(["log"]);
});

test("a holder on another machine is waited for by one of which the clock is ahead", async () => {
	const folder = await temporaryFolder();
	await start(folder, 1, 1);
	await moveAway(folder);
	const asker = startSkewed(folder, 1);
	try {
		expect(await once(asker, "message")).toEqual(["waits", undefined]);
	} finally {
		asker.kill("SIGKILL");
	}
});

test("a holder on another machine, of which the clock is behind, is waited for after its signs of life", async () => {
	const folder = await temporaryFolder();
	const holder = startSkewed(folder, -1);
	try {
		expect(await once(holder, "message")).toEqual(["holds", undefined]);
		const path = await moveAway(folder);
		const { mtimeMs: before } = await stat(path);
		while ((await stat(path)).mtimeMs === before) await sleep(50);
		const stop = new AbortController();
		const onWait = (): void => {
			stop.abort();
		};
		const waiting = hold(folder, "work", never, { signal: stop.signal, onWait });
		await expect(waiting).rejects.toMatchObject({ category: "interrupted" });
	} finally {
		holder.kill("SIGKILL");
	}
});

test("of many that wait for dead ones, one has the lock at a time", async () => {
	const folder = await temporaryFolder();
	const [processes, rounds] = [6, 12];
	const seeds = Array.from({ length: processes }, (_, k) => k + 1);
	expect(await Promise.all(seeds.map((seed) => start(folder, seed, rounds)))).toEqual(seeds.map(() => "SIGKILL"));
	const lines = (await readFile(join(folder, "log"), "utf8")).trim().split("\n");
	const held = lines.filter((line) => !line.startsWith("wait"));
	expect(held).toHaveLength(2 * processes * rounds);
	for (const [k, line] of held.entries()) {
		if (k % 2 === 0) expect(line).toMatch(/^enter /);
		else expect(line).toBe(held[k - 1]?.replace("enter", "leave"));
	}
	expect(lines.some((line) => line.startsWith("wait"))).toBe(true);
	expect(await holdNow(folder)).toBe(0);
	expect(await readdir(folder)).toEqual(["log"]);
});
