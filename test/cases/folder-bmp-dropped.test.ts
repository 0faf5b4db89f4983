import { join } from "node:path";
import { expect, it } from "vitest";
import { caseFolder } from "./case.js";
import { loadPictures } from "./folder.js";

it("36 pictures, 21 of them .bmp: all are read, or those that are not are counted", async () => {
	const { data, test } = await loadPictures(join(await caseFolder("folder-bmp-dropped"), "pictures"));
	const read = data.train.count + data.validation.count + test.count;
	const { notices = [] } = data;
	const passedOver = notices.map(({ text }) => Number(/\((\d+): \d+ \.bmp\)/.exec(text)?.[1] ?? 0));
	expect(read + passedOver.reduce((sum, count) => sum + count, 0)).toBe(36);
});
