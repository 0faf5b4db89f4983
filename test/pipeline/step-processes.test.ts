import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { runStep as RunStep } from "../../src/pipeline/run-step.js";
import type { StepProcesses, stepProcesses as StepProcessesOf } from "../../src/pipeline/step-processes.js";

// The built ones: they start processes from a file.
const built = join(import.meta.dirname, "../../dist/pipeline");
const { runStep } = (await import(join(built, "run-step.js"))) as { readonly runStep: typeof RunStep };
const { stepProcesses } = (await import(join(built, "step-processes.js"))) as {
	readonly stepProcesses: typeof StepProcessesOf;
};

/** A pool that tells which process each step got. */
function watched(): StepProcesses & { readonly pids: readonly (number | undefined)[] } {
	const pool = stepProcesses();
	const pids: (number | undefined)[] = [];
	return {
		...pool,
		pids,
		take() {
			const child = pool.take();
			pids.push(child.pid);
			return child;
		},
	};
}

function isAlive(pid = 0): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}

const digits = { data: { name: "digits" } } as const;
const missing = { data: { name: "mnist", directory: join(import.meta.dirname, "no-such-folder") } } as const;

it("gives the process of a step that is done to the next, and that of a failed one to nobody", async () => {
	const processes = watched();
	const first = await runStep("describe", digits, { processes });
	expect(await runStep("describe", digits, { processes })).toEqual(first);
	await expect(runStep("describe", missing, { processes })).rejects.toMatchObject({ category: "data" });
	expect(await runStep("describe", digits, { processes })).toEqual(first);
	const [a, b, c, d] = processes.pids;
	expect([b, c]).toEqual([a, a]);
	expect(d).not.toBe(a);
	await processes.close();
	expect(isAlive(d)).toBe(false);
});

it("takes a new process where the one that waits has died", async () => {
	const processes = watched();
	await runStep("describe", digits, { processes });
	const [first] = processes.pids;
	process.kill(first ?? 0, "SIGKILL");
	while (isAlive(first)) await sleep(10);
	await runStep("describe", digits, { processes });
	expect(processes.pids[1]).not.toBe(first);
});

it("says how to go on where a step is killed", async () => {
	const processes = watched();
	const running = runStep("describe", digits, { processes });
	while (processes.pids.length === 0) await sleep(1);
	process.kill(processes.pids[0] ?? 0, "SIGKILL");
	const hint: unknown = expect.stringContaining("limbeck resume last");
	await expect(running).rejects.toMatchObject({ where: "step describe", got: "SIGKILL", hint });
});

it("runs steps side by side in processes of their own", async () => {
	const processes = watched();
	await Promise.all([runStep("describe", digits, { processes }), runStep("describe", digits, { processes })]);
	expect(new Set(processes.pids).size).toBe(2);
});
