/**
 * A benchmark's child process: `serve.ts MODULE TASK`.
 *
 * The protocol is one line of JSON on stdout per message. When the module is prepared, the child says `{"about"}`,
 * and `{"parameters"}` where it trains. Then, for each line on stdin, a count of steps, it runs them and answers `{"ms", "cpuMs", "loss"}`: how long they
 * took together, the processor time that they used, and the last step's loss. It ends at the end of its input; the last line on stderr says why it failed.
 */
import { createInterface } from "node:readline";

import type { ModelSpec } from "../src/models/index.js";
import type { DeviceName } from "../src/runtime/devices.js";

/** A network, and what it classifies. */
export interface Net {
	/** As the report shows it. */
	readonly name: string;
	readonly model: ModelSpec;
	/** `[channels, height, width]`. */
	readonly sampleShape: readonly [number, number, number];
	readonly classes: number;
}

/** What a child is to train. */
export interface Task extends Net {
	/** Examples in a step. */
	readonly batch: number;
	readonly threads: number;
	/** What trains it; the processor where absent. */
	readonly device?: DeviceName;
}

/** What a peer's module exports: all that a task needs, its random weights and data, ready to run. */
export interface PeerModule {
	readonly prepare: (task: unknown) => Promise<Trainer>;
}

export interface Trainer {
	/** Name, version and number of threads, as the report shows them. */
	readonly about: string;
	/** How many parameters it trains, where it says so. */
	readonly parameters?: number;
	/** Runs the steps to their end; resolves with the last one's loss. */
	readonly run: (steps: number) => Promise<number>;
}

function send(message: Omit<Trainer, "run"> | { ms: number; cpuMs: number; loss: number }): void {
	process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function serve(moduleFile: string, task: string): Promise<void> {
	// Casts: the parent wrote both arguments; a module without `prepare` fails on the next line.
	const { prepare } = (await import(moduleFile)) as PeerModule;
	const { run, ...about } = await prepare(JSON.parse(task));
	send(about);
	for await (const line of createInterface({ input: process.stdin })) {
		const [start, used] = [performance.now(), process.cpuUsage()];
		const loss = await run(Number(line));
		const ms = performance.now() - start;
		const { user, system } = process.cpuUsage(used);
		send({ ms, cpuMs: (user + system) / 1000, loss });
	}
}

const [moduleFile = "", task = ""] = process.argv.slice(2);
try {
	await serve(moduleFile, task);
} catch (error) {
	const [reason = ""] = String(error).split("\n");
	console.error(reason);
	process.exitCode = 1;
}
// The thread pools of some peers would keep the process alive.
process.exit();
