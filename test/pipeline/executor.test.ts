/** What every executor must do; one suite for all of them. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { canonicalHash } from "../../src/canonical.js";
import { fitRecipe } from "../../src/distill/data-fit.js";
import { networkOptions } from "../../src/distill/networks.js";
import type { Executor, OfferedStep, StepEvent, StepState } from "../../src/pipeline/executor.js";
import type { localExecutor as LocalExecutor } from "../../src/pipeline/local-executor.js";
import type { StepFile } from "../../src/pipeline/references.js";
import { openStore } from "../../src/store/open-store.js";
import type { Store } from "../../src/store/store.js";
import { temporaryFolder } from "../support/own-data.js";

// The built one: it starts processes from a file.
const { localExecutor } = (await import(join(import.meta.dirname, "../../dist/pipeline/local-executor.js"))) as {
	readonly localExecutor: typeof LocalExecutor;
};

/** Opens an executor of so many cores over a store. */
const executors = {
	local: (store, cores) => localExecutor({ store, cores }),
} satisfies Readonly<Record<string, (store: Store, cores: number) => Executor>>;

const digits = { sampleShape: [1, 28, 28], train: 7000 };

/** A training of the digits: a moment long, or hours; of a net of its own, or of one from a file. */
function step(
	name: string,
	{ epochs = 0.1, file, cores = 1 }: { epochs?: number; file?: string | StepFile; cores?: number } = {},
): OfferedStep {
	const written = file === undefined ? { family: "mlp", hidden: [4] } : { family: "file", file: "file.onnx" };
	const network = fitRecipe(networkOptions.parse({ ...written, epochs }), digits).recipe;
	const options = {
		data: { name: "digits" } as const,
		network: file !== undefined && network.family === "file" ? { ...network, file } : network,
		seed: 1,
		threads: 1,
		loss: { name: "cross-entropy" } as const,
	};
	return { key: canonicalHash(name), kind: "train", label: name, options, about: { name }, cores };
}

async function stateOf(executor: Executor, { key }: OfferedStep): Promise<StepState> {
	return (await executor.state([key])).get(key) ?? { status: "absent" };
}

async function settled(executor: Executor, one: OfferedStep): Promise<StepState> {
	for (;;) {
		const state = await stateOf(executor, one);
		if (state.status !== "queued" && state.status !== "running") return state;
		await sleep(10);
	}
}

/** Every event until the test ends. */
function hear(executor: Executor): { readonly events: readonly StepEvent[]; readonly end: () => Promise<void> } {
	const events: StepEvent[] = [];
	const stop = new AbortController();
	const listening = (async () => {
		for await (const event of executor.events(stop.signal)) events.push(event);
	})();
	return {
		events,
		async end() {
			stop.abort();
			await listening;
		},
	};
}

describe.each(Object.entries(executors))("the %s executor", (_, open) => {
	it("runs a step once however often it is offered, tells of it, and leaves it in the store", async () => {
		const store = openStore(await temporaryFolder());
		const executor = open(store, 2);
		const one = step("one");
		const { events, end } = hear(executor);
		expect(await stateOf(executor, one)).toEqual({ status: "absent" });
		await executor.offer([one, one]);
		await executor.offer([one]);
		expect(await settled(executor, one)).toEqual({ status: "completed" });
		await executor.offer([one]);
		await end();
		const states = events.flatMap((event) => (event.kind === "state" ? [event.state.status] : []));
		expect(states).toEqual(["running", "completed"]);
		expect(events.some((event) => event.kind === "training" && event.event.kind === "validation")).toBe(true);
		expect((await store.find(one.key))?.about).toEqual({ name: "one" });
		await executor.forget([one.key]);
		expect(await stateOf(executor, one)).toEqual({ status: "absent" });
	});

	it("keeps a failed step failed until it is forgotten, and runs it anew if it is offered then", async () => {
		const executor = open(openStore(await temporaryFolder()), 2);
		const one = step("fails", { file: "no-such.onnx" });
		await executor.offer([one]);
		const failed = { status: "failed", error: { category: "model", where: "no-such.onnx" } };
		expect(await settled(executor, one)).toMatchObject(failed);
		await executor.offer([one]);
		expect(await stateOf(executor, one)).toMatchObject(failed);
		await executor.forget([one.key]);
		expect(await stateOf(executor, one)).toEqual({ status: "absent" });
		await executor.offer([one]);
		expect((await stateOf(executor, one)).status).not.toBe("failed");
		expect(await settled(executor, one)).toMatchObject(failed);
	});

	it("hands a step the files of others, which it is offered by the keys of those", async () => {
		const store = openStore(await temporaryFolder());
		const executor = open(store, 2);
		const first = step("first");
		const second = step("second", { file: { step: first.key, file: "model.onnx" } });
		for (const one of [first, second]) {
			await executor.offer([one]);
			expect(await settled(executor, one)).toEqual({ status: "completed" });
		}
		const [before, after] = await Promise.all([first, second].map(async ({ key }) => (await store.find(key))?.files));
		expect(Object.keys(after ?? {})).toEqual(["model.onnx"]);
		expect(after).not.toEqual(before);
	});

	it("runs no more at once than its cores allow, and cancels those that run and those that wait", async () => {
		const executor = open(openStore(await temporaryFolder()), 2);
		const steps = ["a", "b", "c"].map((name) => step(name, { epochs: 100_000 }));
		const keys = steps.map(({ key }) => key);
		const { events, end } = hear(executor);
		await executor.offer(steps);
		const trains = (): number => new Set(events.flatMap(({ kind, id }) => (kind === "training" ? [id] : []))).size;
		while (trains() < 2) await sleep(10);
		const statuses = [...(await executor.state(keys)).values()].map(({ status }) => status);
		expect(statuses).toEqual(["running", "running", "queued"]);
		await executor.forget(keys); // Forgets none that is at work.
		await executor.cancel(keys);
		for (const one of steps) {
			expect(await settled(executor, one)).toMatchObject({ status: "failed", error: { category: "interrupted" } });
		}
		await end();
		expect(trains()).toBe(2);
	});
});

describe("the local executor", () => {
	it("lets trainings share the cores, gives idle ones to who is left, and moves no bit by that", async () => {
		const store = openStore(await temporaryFolder());
		const executor = executors.local(store, 2);
		const { events, end } = hear(executor);
		// So many that it still runs when the other is done and its cores have lain idle for a second.
		const alone = step("alone", { epochs: 400 });
		const shared = { ...alone, key: canonicalHash("shared"), label: "shared", cores: 2 };
		const beside = step("beside", { epochs: 1, cores: 2 });
		await executor.offer([shared, beside]);
		for (const one of [shared, beside]) expect(await stateOf(executor, one)).toEqual({ status: "running" });
		for (const one of [shared, beside]) expect(await settled(executor, one)).toEqual({ status: "completed" });
		await executor.offer([alone]);
		expect(await settled(executor, alone)).toEqual({ status: "completed" });
		await end();
		const states = events.flatMap((event) =>
			event.kind === "state" && event.id === shared.key ? [event.state.status] : [],
		);
		expect(states).toEqual(["running", "queued", "running", "completed"]);
		const files = await Promise.all([shared, alone].map(async ({ key }) => (await store.find(key))?.files));
		expect(files[0]).toEqual(files[1]);
	});
});
