import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { BatchOptions } from "../../src/data/chunk.js";
import type * as loaderModule from "../../src/data/loader.js";
import { inMemory } from "../../src/data/samples.js";

// A worker is loaded from the built package, which type checking must not need.
const built = new URL("../../dist/data/loader.js", import.meta.url).href;
let createLoader: typeof loaderModule.createLoader;
let createInlineLoader: typeof loaderModule.createInlineLoader;
beforeAll(async () => {
	({ createLoader, createInlineLoader } = (await import(built)) as typeof loaderModule);
});

const options: BatchOptions = {
	split: {
		count: 50,
		samples: inMemory(Uint8Array.from({ length: 50 * 64 }, (_, i) => i)),
		labels: new Int32Array(50),
	},
	sampleShape: [1, 8, 8],
	settings: { batch: 16, jitter: 2 },
	seed: 5,
};

const category = (name: string): Error => expect.objectContaining({ name: "LimbeckError", category: name }) as Error;

describe("a loader in a worker", () => {
	test("gives what an inline loader gives, to requests in any order", async () => {
		const loader = createLoader(options);
		try {
			const [late, early] = await Promise.all([loader.chunk(20, 3), loader.chunk(0, 5)]);
			const inline = createInlineLoader(options);
			expect(late).toEqual(await inline.chunk(20, 3));
			expect(early).toEqual(await inline.chunk(0, 5));
		} finally {
			await loader.close();
		}
	});

	test("makes the chunk asked for while the caller's thread is blocked", async () => {
		const loader = createLoader(options);
		try {
			await loader.chunk(0, 1);
			let arrived = false;
			const next = loader.chunk(1, 1).then(() => {
				arrived = true;
			});
			const never = new Int32Array(new SharedArrayBuffer(4));
			Atomics.wait(never, 0, 0, 1000);
			// Two turns of the event loop: enough to take an answer that is there, not to have it made.
			for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
			expect(arrived).toBe(true);
			await next;
		} finally {
			await loader.close();
		}
	});

	test("hands on an error from the worker and goes on", async () => {
		const loader = createLoader(options);
		try {
			await expect(loader.chunk(-1, 1)).rejects.toThrow(category("usage"));
			await expect(loader.chunk(0, 2 ** 40)).rejects.toThrow(category("usage"));
			await expect(loader.chunk(0, 1)).resolves.toBeDefined();
		} finally {
			await loader.close();
		}
	});

	test("rejects what it owes when closed, and whatever is asked after; a request never awaited is harmless", async () => {
		const loader = createLoader(options);
		const owed = loader.chunk(0, 1);
		void loader.chunk(1, 1);
		await loader.close();
		await expect(owed).rejects.toThrow(category("environment"));
		await expect(loader.chunk(0, 1)).rejects.toThrow("got a closed one");
	});

	test("refuses bad options before it starts a worker", () => {
		expect(() => createLoader({ ...options, settings: { batch: 0, jitter: 2 } })).toThrow(category("usage"));
	});
});

test("the built package holds the worker's file", async () => {
	await expect(readFile(new URL("./loader-worker.js", built), "utf8")).resolves.not.toBe("");
});
