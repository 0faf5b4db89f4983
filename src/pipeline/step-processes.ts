/** The processes that steps run in. */
import { type ChildProcess, fork } from "node:child_process";

/** Processes that run steps one after the other: most of a short step is the start of its process. */
export interface StepProcesses {
	/** One that waits for a step, or a new one. */
	take(): ChildProcess;
	/** Takes back one that has done its step and waits for the next; it may wait for some seconds. */
	giveBack(child: ChildProcess): void;
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
	};
}
