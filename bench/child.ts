/** The parent's side of the protocol that serve.ts describes. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";

import { LimbeckError } from "../src/errors.js";

/** No answer takes longer, not even the first, for which `torch.compile` calls a C++ compiler. */
const TIME_LIMIT_MS = 180_000;

const aboutMessage = z.object({ about: z.string(), parameters: z.int().optional() });
const runMessage = z.object({ ms: z.number().positive(), cpuMs: z.number().positive().optional(), loss: z.number() });

/** What is measured: the time that goes by, or that of the processors. Other work on the machine hardly moves the latter. */
export type Clock = "wall" | "processor";

/** A child process that trains when it is told to and is stopped otherwise, its spinning thread pools included. */
export interface Child {
	/** Name, version and threads of what it measures. */
	readonly about: string;
	/** How many parameters it trains, where it says so. */
	readonly parameters: number | undefined;
	/** Runs so many steps; resolves with the milliseconds that they took together, by the clock. */
	readonly run: (steps: number) => Promise<number>;
	/** The most memory that was resident in it, in bytes; `undefined` where the system is not Linux. */
	readonly peakBytes: () => number | undefined;
	readonly kill: () => void;
}

/**
 * Starts a command and waits until it is ready.
 *
 * @throws LimbeckError of category `environment`, here and from `run`, if the child ends, stays silent, or answers
 * with a loss that is not finite; its `got` is the last line that the child wrote on stderr.
 */
export async function startChild(command: readonly string[], cwd: string, clock: Clock = "wall"): Promise<Child> {
	const [program = "", ...args] = command;
	const child = spawn(program, args, { cwd, stdio: ["pipe", "pipe", "pipe"] });
	const kill = () => {
		child.kill("SIGKILL");
	};
	let complaint = "no answer";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		complaint = text.trim().split("\n").at(-1) ?? complaint;
	});
	child.on("error", ({ message }) => {
		complaint = message;
	});
	// A write to a child that has just ended fails; reading its answer then reports why.
	child.stdin.on("error", () => undefined);
	process.once("exit", kill);
	const closed = new Promise<void>((resolve) => {
		child.once("close", () => {
			process.off("exit", kill);
			resolve();
		});
	});
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

	async function answer<T>(schema: z.ZodType<T>): Promise<T> {
		const timer = setTimeout(kill, TIME_LIMIT_MS);
		const line = await lines.next();
		clearTimeout(timer);
		const message = line.done === true ? undefined : schema.safeParse(JSON.parse(line.value));
		if (message?.success === true) return message.data;
		kill();
		await closed;
		throw new LimbeckError("environment", {
			where: command.join(" "),
			expected: "an answer with a finite loss",
			got: line.done === true ? complaint : line.value,
		});
	}

	const { about, parameters } = await answer(aboutMessage);
	child.kill("SIGSTOP");
	return {
		about,
		parameters,
		async run(steps) {
			child.kill("SIGCONT");
			child.stdin.write(`${String(steps)}\n`);
			const { ms, cpuMs = Number.NaN } = await answer(runMessage);
			child.kill("SIGSTOP");
			return clock === "wall" ? ms : cpuMs;
		},
		peakBytes: () => (process.platform === "linux" ? peakBytes(child.pid) : undefined),
		kill,
	};
}

/** The high-water mark of a process's resident set. `getrusage` would count that of the process that it was forked from. */
function peakBytes(pid: number | undefined): number {
	const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
	return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]);
}
