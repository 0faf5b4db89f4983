import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { npy, temporaryFolder } from "../../../test/support/own-data.js";
import { dataContent } from "../data-content.js";
import { dataSetOf } from "../index.js";
import { dataOptions } from "../options.js";

/** A file with an array, and one with labels, for each part. */
async function parts(): Promise<Record<"x" | "y" | "vx" | "vy", string>> {
	const folder = await temporaryFolder();
	const put = async (name: string, bytes: Buffer): Promise<string> => {
		const path = join(folder, name);
		await writeFile(path, bytes);
		return path;
	};
	const samples = (count: number, from: number) => Float32Array.from({ length: count }, (_, k) => from + k);
	const labels = (count: number) => Uint8Array.from({ length: count }, (_, k) => k % 2);
	return {
		x: await put("x.npy", npy("<f4", [20, 1], samples(20, 0))),
		y: await put("y.npy", npy("|u1", [20], labels(20))),
		vx: await put("vx.npy", npy("<f4", [4, 1], samples(4, 100))),
		vy: await put("vy.npy", npy("|u1", [4], labels(4))),
	};
}

test("validation samples of their own are the validation split, and part of what is in the data", async () => {
	const { x, y, vx, vy } = await parts();
	const env = { XDG_CACHE_HOME: await temporaryFolder() };
	const options = { name: "npy", file: x, labels: y, validation: vx, validationLabels: vy, duplicates: "random" };
	const choice = dataOptions.parse(options);
	const { train, validation } = await dataSetOf(choice).load({ ...choice, env });
	// A fifth is the test's.
	expect(train.count).toBe(16);
	expect(validation.samples).toMatchObject({ data: Float32Array.of(100, 101, 102, 103) });
	expect(validation.labels).toEqual(Int32Array.of(0, 1, 0, 1));
	const before = await dataContent({ ...choice, env });
	await writeFile(vy, npy("|u1", [4], Uint8Array.of(1, 0, 1, 0)));
	expect(await dataContent({ ...choice, env })).not.toEqual(before);
});

test.each([
	[{ validation: "vx" }, /validation and validationLabels.*got validation alone/],
	[{ validationLabels: "vy" }, /validation and validationLabels.*got validationLabels alone/],
	[{ labels: undefined, unlabelled: true, validation: "vx", validationLabels: "vy" }, /without validationLabels/],
])("refuses %j", async (written, message) => {
	const { x, y } = await parts();
	const choice = dataOptions.parse({ name: "npy", file: x, labels: y, ...written });
	await expect(dataSetOf(choice).load(choice)).rejects.toThrow(message);
});
