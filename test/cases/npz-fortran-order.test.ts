import { join } from "node:path";
import { expect, test } from "vitest";
import { openNpy } from "../../src/data/formats/npy.js";
import { openNpz } from "../../src/data/formats/npz.js";
import { caseFolder } from "./case.js";
import { loadData, samplesOf } from "./load.js";

test("an array in Fortran order is read: each row has its own elements", async () => {
	const file = join(await caseFolder("npz-fortran-order"), "frame.npz");
	const { data } = await loadData({ name: "npz", file });
	const archive = await openNpz(file);
	const array = archive.array("x");
	const { dims, type } = await openNpy(array);
	const parts: Uint8Array[] = [];
	for await (const part of await array.open()) parts.push(part);
	archive.close();
	const bytes = Buffer.concat(parts);
	const [rows = 0, width = 0] = dims;
	// The file's last bytes are the elements, column after column.
	const stored = type.read(new Uint8Array(bytes.subarray(bytes.length - rows * width * type.bytes)));
	const row = data.train.origin?.rows[0] ?? -1;
	const wanted = Array.from({ length: width }, (_, column) => Math.fround(Number(stored[column * rows + row])));
	expect(samplesOf(data.train, [width])[0]).toEqual(wanted);
});
