import { expect, test } from "vitest";
import { workflowOf } from "../index.js";

const chosen = {
	classes: ["cat", "dog", "car"],
	specialists: [[0, 1]],
	coverage: [1, 1, 0],
	predictions: 1234,
	truncation: 0,
	correlation: { order: [0, 1, 2], size: 3, values: Buffer.alloc(9, 128).toString("base64") },
};

test.each(["specialize", "study"])(
	"a run of %s shows what is confused as soon as classes are chosen",
	async (workflow) => {
		const picture = await workflowOf(workflow)?.live?.();
		expect(picture).toMatchObject({ title: "What is confused", step: "cluster" });
		expect((await picture?.draw(chosen))?.text).toMatch(/<svg.*dog.*1,234 predictions/s);
	},
);

test.each([{}, null, { specialists: [[0]] }])(
	"there is no picture of %o, an older version's result",
	async (result) => {
		expect(await (await workflowOf("specialize")?.live?.())?.draw(result)).toBeUndefined();
	},
);
