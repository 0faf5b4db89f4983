/** The short form of `npm run faults`: some tries to break each promise. */
import { expect, test } from "vitest";
import { tryMany } from "./promise.js";
import { promises } from "./promises.js";

/** Longer than any answer takes on a busy machine: whether a signal was heard is tested here, not how fast. */
const patienceMs = 50_000;
const titled = Object.entries(promises).map(([id, promise]) => [`${id}: ${promise.promise}`, promise] as const);

test.for(titled)("%s", { timeout: 240_000 }, async ([, promise], { skip }) => {
	const { failures, skipped, tries } = await tryMany(promise, promise.tries.short, patienceMs);
	expect(failures).toEqual([]);
	if (skipped.length === tries) skip(skipped[0]);
});
