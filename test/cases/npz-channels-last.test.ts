import { join } from "node:path";
import { expect, test } from "vitest";
import { caseFolder } from "./case.js";
import { loadData } from "./load.js";

test("pictures [8, 8, 3] have their channels last, which is told", async () => {
	const file = join(await caseFolder("npz-channels-last"), "keras.npz");
	const found = await loadData({ name: "npz", file });
	expect(found.data.sampleShape).toEqual([3, 8, 8]);
	expect(found.codes).toEqual(["layout"]);
	const said = await loadData({ name: "npz", file, layout: "channels-last" });
	expect(said.codes).toEqual([]);
	expect(said.data.fingerprint).toBe(found.data.fingerprint);
	const other = await loadData({ name: "npz", file, layout: "channels-first" });
	expect([other.data.sampleShape, other.codes]).toEqual([[8, 8, 3], []]);
});
