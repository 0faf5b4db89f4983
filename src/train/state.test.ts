import { expect, it } from "vitest";
import { createStateSets } from "./state.js";

it("two sets of arrays take turns, and a state that is kept has one of its own", () => {
	const carried = [{ name: "parameter/w", type: "float", dims: [2, 3] }] as const;
	const sets = createStateSets({ carried });
	const first = sets.spare([]);
	expect(first).toEqual({ "parameter/w": { type: "float", dims: [2, 3], data: new Float32Array(6) } });
	const second = sets.spare([first]);
	expect(second).not.toBe(first);
	expect(sets.spare([second])).toBe(first);
	const third = sets.spare([second, first]);
	expect([first, second]).not.toContain(third);
	expect(sets.spare([third, first])).toBe(second);
	expect(sets.spare([third, undefined])).toBe(first);
});
