/** What a step's process may use. */
import { readFile } from "node:fs/promises";
import { totalmem } from "node:os";

/** Limits of a step's process. */
export interface StepLimits {
	/** Bytes of memory that it may hold. */
	readonly memory: number;
	/** How long it may give no sign of life: stuck in one native call, for a training takes 2 seconds in one at most. */
	readonly silenceMs: number;
}

/** What a machine's steps may hold together: nine tenths of its memory, or of what its control group allows. */
export function usableMemory(): number {
	const constrained = process.constrainedMemory();
	// 0 or a number beyond all memory says that there is no limit.
	const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
	return Math.floor(0.9 * total);
}

/** Ten minutes: a large teacher may be asked about a batch for minutes on a slow machine. */
export const defaultSilenceMs = 600_000;

/** Bytes that a process holds; `undefined` where the system does not tell, or it is gone. */
export async function residentBytes(pid: number): Promise<number | undefined> {
	if (process.platform !== "linux") return undefined;
	const status = await readFile(`/proc/${String(pid)}/status`, "utf8").catch(() => "");
	const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
	return kibibytes === undefined ? undefined : 1024 * Number(kibibytes);
}
