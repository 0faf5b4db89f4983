/**
 * Locks between processes: of several that want to do the same work, one does it.
 *
 * A lock is a folder that says who holds it; it is made aside and renamed into place, which succeeds where no other one
 * stands. A dead holder's lock is removed by whoever holds the right to remove that very one, which is a lock itself: so
 * of several who see the same dead holder, none removes what another has taken meanwhile.
 *
 * Machines that share a folder may have clocks that differ, so signs of life are dated by the file system alone: a holder
 * writes into its lock, and whoever looks at it compares that date with the date of a file that it writes itself.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { throwIfStopped } from "./errors.js";
import { fileError, isMissing } from "./files.js";

/** What the way to a lock is told of and stopped by. */
export interface HoldOptions {
	/** Another process has the lock; it is waited for. */
	readonly onWait?: () => void;
	readonly signal?: AbortSignal;
}

/** After so long without a sign of life a holder that cannot be looked at is taken for dead. */
const deadMs = 10_000;
/** How often a holder gives one. */
const aliveMs = deadMs / 5;
const pollMs = 100;

const holderShape = z.object({
	/** Never used twice. */
	token: z.string(),
	pid: z.int(),
	/** When the process began, in the system's own units; null where it does not tell. */
	started: z.string().nullable(),
	/** What process numbers are of: host, start of the system, process namespace. */
	machine: z.string(),
});

/** Who holds a lock. */
type Holder = z.infer<typeof holderShape>;

/**
 * Holds the right to do the work of that name. A holder on this machine that has died is followed at once; one on
 * another machine, which shares the folder, when it has given no sign of life for 10 seconds.
 *
 * @param folder - where the lock lies; made if it is not there.
 * @param done - whether the work has been done by another process: then it is not waited for any longer.
 * @returns gives the right back; absent where the work was done.
 * @throws LimbeckError (`file`, `disk-full`) where the folder cannot be written, (`interrupted`) where `signal` is aborted.
 */
export async function hold(
	folder: string,
	name: string,
	done: () => Promise<boolean>,
	{ onWait, signal }: HoldOptions = {},
): Promise<(() => Promise<void>) | undefined> {
	const place = join(folder, `${name}.lock`);
	const me = thisProcess();
	try {
		await mkdir(folder, { recursive: true });
		for (let tries = 0; ; tries++) {
			throwIfStopped(signal, place);
			if (await take(place, me)) return keep(place, me);
			if (await done()) return undefined;
			if (tries === 0) onWait?.();
			await sleep(pollMs);
		}
	} catch (error) {
		throw error instanceof Error && "code" in error && typeof error.code === "string"
			? fileError(error, folder)
			: error;
	}
}

/** Takes a lock that is free, or whose holder is dead. */
async function take(place: string, me: Holder): Promise<boolean> {
	const found = await lookAt(place);
	if (found === undefined) return enter(place, me);
	if (await isAlive(place, found)) return false;
	return (await takeAway(place, found.holder.token, me)) && enter(place, me);
}

/** Removes the lock of that token, if it still stands. @returns false where somebody else is about to. */
async function takeAway(place: string, token: string, me: Holder): Promise<boolean> {
	const right = `${place}-${token}`;
	if (!(await take(right, me))) return false;
	try {
		// Nobody else may remove it now, but somebody may have just done so.
		if ((await lookAt(place))?.holder.token === token) await remove(place);
	} finally {
		await remove(right);
	}
	return true;
}

/** Puts a lock into place. @returns whether it is free. */
async function enter(place: string, me: Holder): Promise<boolean> {
	const aside = `${place}.${me.token}.new`;
	try {
		await mkdir(aside);
		await writeFile(join(aside, holderFile), JSON.stringify(me));
		await rename(aside, place);
		return true;
	} catch (error) {
		await rm(aside, { recursive: true, force: true });
		if (error instanceof Error && "syscall" in error && error.syscall === "rename" && isTaken(error)) return false;
		throw error;
	}
}

/** Systems differ in how they say that a folder stands there; one that may not be written refuses to make one aside. */
function isTaken(error: Error): boolean {
	return "code" in error && ["ENOTEMPTY", "EEXIST", "EPERM", "EACCES"].includes(String(error.code));
}

/** Gives signs of life until the lock is given back. */
function keep(place: string, me: Holder): () => Promise<void> {
	const timer = setInterval(() => {
		void giveSign(join(place, holderFile), me).catch(() => undefined);
	}, aliveMs).unref();
	return async () => {
		clearInterval(timer);
		// One that cannot be given back, or that another took as it went stale, harms nobody: work appears whole.
		await takeAway(place, me.token, me).catch(() => undefined);
	};
}

/** Writes the lock's file over with what is in it: the file system dates it. */
async function giveSign(path: string, me: Holder): Promise<void> {
	const file = await open(path, "r+");
	try {
		const text = await file.readFile("utf8");
		// The file may be another holder's by now, whose sign of life this would be.
		if (read(text, 0).token === me.token) await file.write(text, 0);
	} finally {
		await file.close();
	}
}

/** At once: nobody sees half of it. */
async function remove(place: string): Promise<void> {
	const aside = `${place}.${randomBytes(8).toString("hex")}.old`;
	await rename(place, aside);
	await rm(aside, { recursive: true, force: true });
}

const holderFile = "holder.json";

/** A lock as it was seen. */
interface Seen {
	readonly holder: Holder;
	/** The last sign of life, in milliseconds of the file system's clock. */
	readonly lastMs: number;
}

/** Who holds a lock; `undefined` where nobody does. */
async function lookAt(place: string): Promise<Seen | undefined> {
	const file = await open(join(place, holderFile)).catch((error: unknown) => {
		if (isMissing(error)) return undefined;
		throw error;
	});
	if (file === undefined) return undefined;
	try {
		const { mtimeMs, ino } = await file.stat();
		return { holder: read(await file.readFile("utf8"), ino), lastMs: mtimeMs };
	} finally {
		await file.close();
	}
}

/** A holder whose file a power cut emptied cannot be looked at. */
function read(text: string, ino: number): Holder {
	try {
		return holderShape.parse(JSON.parse(text));
	} catch {
		return { token: `damaged-${String(ino)}`, pid: 0, started: null, machine: "" };
	}
}

async function isAlive(place: string, { holder: { pid, started, machine }, lastMs }: Seen): Promise<boolean> {
	if (machine === thisMachine()) {
		if (!exists(pid)) return false;
		const found = startOf(pid);
		if (found !== undefined && started !== null) return found === started;
	}
	return (await fileSystemNow(dirname(place))) - lastMs < deadMs;
}

/** The time by the clock that dates the files of a folder, in milliseconds. */
async function fileSystemNow(folder: string): Promise<number> {
	const path = join(folder, `${randomBytes(8).toString("hex")}.clock`);
	try {
		// Closed before its date is read: a network's file system has it by then.
		await writeFile(path, "now", { flag: "wx" });
		return (await stat(path)).mtimeMs;
	} finally {
		await rm(path, { force: true });
	}
}

function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// A process of somebody else may not be sent a signal.
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}

function thisProcess(): Holder {
	const token = randomBytes(8).toString("hex");
	return { token, pid: process.pid, started: startOf(process.pid) ?? null, machine: thisMachine() };
}

/** Where process numbers mean the same. */
function thisMachine(): string {
	const boot = orNone(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
	const namespace = orNone(() => readlinkSync("/proc/self/ns/pid"));
	return [hostname(), boot ?? "", namespace ?? ""].join(" ");
}

/**
 * When a process began: numbers of processes are used again. Of one that has ended, and that nobody has asked for its
 * exit code yet, something else.
 *
 * @returns `undefined` where the system does not tell.
 */
function startOf(pid: number): string | undefined {
	const text = orNone(() => readFileSync(`/proc/${String(pid)}/stat`, "utf8"));
	// The name of the program, in brackets, may hold anything.
	const [state, ...fields] = text?.slice(text.lastIndexOf(")") + 2).split(" ") ?? [];
	return state === "Z" || state === "X" ? "ended" : fields[18];
}

function orNone<Value>(look: () => Value): Value | undefined {
	try {
		return look();
	} catch {
		return undefined;
	}
}
