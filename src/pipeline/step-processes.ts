/** The processes that steps run in. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** Processes that run steps one after the other: most of a short step is the start of its process. */
export interface StepProcesses {
	/** One that waits for a step, or a new one. */
	take(): ChildProcess;
	/** Takes back one that has done its step and waits for the next; it may wait for some seconds. */
	giveBack(child: ChildProcess): void;
	/** Ends those that wait; resolves when they are gone. */
	close(): Promise<void>;
}

/** Does some work with a pool, and closes it. */
export async function withStepProcesses<T>(work: (processes: StepProcesses) => Promise<T>): Promise<T> {
	const processes = stepProcesses();
	try {
		return await work(processes);
	} finally {
		await processes.close();
	}
}

/** How long a process waits for its next step. */
const idleMs = 5000;

/** Opens a pool; what waits in it neither keeps this process alive nor outlasts it. */
export function stepProcesses(): StepProcesses {
	const idle = new Map<ChildProcess, NodeJS.Timeout>();
	return {
		take() {
			for (const [child, timer] of idle) {
				clearTimeout(timer);
				idle.delete(child);
				if (!child.connected) continue;
				child.ref();
				child.channel?.ref();
				return child;
			}
			return fork(new URL("./child.js", import.meta.url), { stdio: ["ignore", "ignore", "pipe", "ipc"] });
		},
		giveBack(child) {
			const leave = (): void => {
				idle.delete(child);
				if (child.connected) child.disconnect();
			};
			idle.set(child, setTimeout(leave, idleMs).unref());
			child.unref();
			child.channel?.unref();
		},
		async close() {
			const waiting = [...idle];
			idle.clear();
			await Promise.all(
				waiting.map(async ([child, timer]) => {
					clearTimeout(timer);
					if (!child.connected) return;
					child.ref();
					const gone = once(child, "exit");
					child.disconnect();
					await gone;
				}),
			);
		},
	};
}
