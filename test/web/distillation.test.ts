/** Where a distillation in the tab is, by what is pressed and what the worker tells. */
import { describe, expect, it } from "vitest";
import { after, beginning, type Effect, type Happening, type State } from "../../web/src/distillation.js";
import type { Order } from "../../web/src/messages.js";

const order: Order = {
	kind: "distil",
	page: "http://localhost/",
	temperature: 4,
	epochs: 10,
	hidden: [100, 100],
	seed: 1,
	threads: 1,
	engine: "wasm",
};
const ready: Happening = { kind: "ready", order };
const started: Happening = { kind: "started", training: 7000, validation: 1000 };
const progress: Happening = { kind: "progress", step: 1200, steps: 5470, epoch: 2.2, loss: 0.5, throughput: 9876.5 };
const student = (stoppedAfter: number | undefined): Happening => {
	const figures = { parameters: 10, errors: 1, validation: 1000, seconds: 2 };
	return { kind: "student", model: new Uint8Array(), losses: new Float32Array(), stoppedAfter, ...figures };
};
const stop: Happening = { kind: "stop" };
const goOn: Happening = { kind: "go-on" };

/** Where happenings lead from the beginning, and the kinds of what is to be done on the way. */
function led(...happenings: readonly Happening[]): { readonly state: State; readonly effects: readonly string[] } {
	let state = beginning;
	const effects: Effect[] = [];
	for (const happening of happenings) {
		const next = after(state, happening);
		state = next.state;
		effects.push(...next.effects);
	}
	return { state, effects: effects.map((one) => (one.kind === "tell" ? `tell ${one.command.kind}` : one.kind)) };
}

describe("a distillation", () => {
	it("goes from an order to a student, and ends the worker", () => {
		expect(led(order)).toMatchObject({ state: { phase: "loading", order, offered: false }, effects: ["load"] });
		expect(led(order, ready, started).state).toMatchObject({
			phase: "preparing",
			progress: "7,000 digits to learn from, 1,000 for validation: the teacher answers…",
		});
		expect(led(order, ready, started, progress).state).toMatchObject({
			phase: "training",
			progress: "Step 1,200 of 5,470, epoch 2.2: loss 0.500, 9,877 samples a second",
		});
		expect(led(order, ready, started, progress, student(undefined))).toMatchObject({
			state: {
				phase: "idle",
				progress: "Done in 2.0 s: 1 error on 1,000 validation digits. The drawing above asks this student now.",
				offered: true,
			},
			effects: ["load", "begin", "draw", "draw", "end-worker", "offer"],
		});
	});

	it("is stopped after its first step with a student, and goes on from there", () => {
		const begun = [order, ready, started, progress, stop];
		// What the steps under way still tell is drawn, and not said.
		expect(led(...begun, progress)).toMatchObject({
			state: { phase: "stopping", progress: "Stopping after the steps that are under way…" },
			effects: ["load", "begin", "draw", "tell stop", "draw"],
		});
		const stopped = led(...begun, student(3.21));
		expect(stopped.state).toMatchObject({ phase: "stopped", offered: true });
		expect(stopped.state.progress).toMatch(/^Stopped after 3.21 of 10 epochs, in 2.0 s: /);
		expect(stopped.effects).not.toContain("end-worker");
		const goesOn = led(...begun, student(3.21), goOn);
		expect(goesOn.state).toMatchObject({ phase: "training", progress: "The teacher answers…", offered: false });
		expect(goesOn.effects.at(-1)).toBe("tell go-on");
		// The steps before the stop are kept, so there is one to stop at.
		expect(led(...begun, student(3.21), goOn, stop).effects.at(-1)).toBe("tell stop");
	});

	it.each([
		["while the curve loads", [order]],
		["before the first step", [order, ready, started]],
	])("is stopped %s with nothing", (_, before) => {
		const { state, effects } = led(...before, stop);
		expect(state).toMatchObject({ phase: "idle", progress: "Stopped before the first step.", offered: false });
		expect(effects.at(-1)).toBe("end-worker");
	});

	it("begins the last order once, whatever curves were waited for before", () => {
		const again = { ...order };
		expect(led(order, stop, ready).effects).not.toContain("begin");
		expect(led(order, stop, again, ready).effects).not.toContain("begin");
		expect(led(order, stop, again, ready, { kind: "ready", order: again }, ready).effects.filter(isBegin)).toEqual([
			"begin",
		]);
	});

	it("says what failed until the next order, and keeps the student that was there", () => {
		const failed: Happening = { kind: "failed", message: "no memory" };
		const done = [order, ready, started, progress, student(undefined), failed];
		expect(led(...done)).toMatchObject({ state: { phase: "idle", progress: "", problem: "no memory", offered: true } });
		expect(led(...done).effects.at(-1)).toBe("end-worker");
		expect(led(...done, order).state).toMatchObject({ phase: "loading", problem: undefined, offered: false });
	});

	it("takes no notice of a worker that is gone, nor of buttons that cannot be pressed", () => {
		for (const late of [started, progress, student(undefined), stop, goOn]) {
			expect(after(beginning, late)).toEqual({ state: beginning, effects: [] });
		}
	});
});

const isBegin = (kind: string): boolean => kind === "begin";
