import { expect, test } from "vitest";
import { syntheticData } from "../../test/support/synthetic.js";
import type { Loader } from "../data/chunk.js";
import { createInlineLoader } from "../data/loader.js";
import { createCalls } from "./calls.js";

const { train: split, sampleShape } = syntheticData(40);
const options = { split, sampleShape, settings: { batch: 4, jitter: 1 }, seed: 9 };
const plan = { totalSteps: 12, looks: 3, bytesPerStep: 256, stateBytes: 1024 };

/** The real loader, and the first steps of the chunks that it was asked for. */
function watched(): { readonly loader: Loader; readonly asked: readonly number[] } {
	const loader = createInlineLoader(options);
	const asked: number[] = [];
	const chunk: Loader["chunk"] = (first, steps, spent) => {
		asked.push(first);
		return loader.chunk(first, steps, spent);
	};
	return { loader: { ...loader, chunk }, asked };
}

test("calls come in order, and the data of the next are asked for before a call is handed out", async () => {
	const { loader, asked } = watched();
	const calls = createCalls(loader, plan, 2);
	const seen: string[] = [];
	for (let call = await calls.next(1); call !== undefined; call = await calls.next(1)) {
		seen.push(`${String(call.first)}+${String(call.steps)}${call.validate ? ", look" : ""}`);
		if (call.first + call.steps < plan.totalSteps) expect(asked.at(-1)).toBe(call.first + call.steps);
	}
	// How long a step takes is not known at first: one is tried alone.
	expect(seen).toEqual(["2+1", "3+1, look", "4+4, look", "8+4, look"]);
});

test("after going back the next call begins there, with the data of those steps", async () => {
	const { loader } = watched();
	const calls = createCalls(loader, plan, 0);
	await calls.next(undefined);
	const second = await calls.next(1);
	calls.goBack(1);
	const again = await calls.next(1);
	expect(again).toMatchObject({ first: 1, steps: 3, validate: true });
	const { samples, indices } = await createInlineLoader(options).chunk(1, 3);
	expect(again?.chunk.indices).toEqual(indices);
	expect(again?.chunk.samples).toEqual(samples);
	expect(second?.first).toBe(1);
	expect(await calls.next(1)).toMatchObject({ first: 4 });
});
