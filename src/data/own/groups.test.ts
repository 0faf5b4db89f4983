import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { createDraws } from "../../../test/support/draws.js";
import { npy, pictures, temporaryFolder, zip } from "../../../test/support/own-data.js";
import { classData, classTest } from "../class-data.js";
import type { DataSet, Split, TestSet } from "../data-set.js";
import { fractionOfTraining } from "../fraction.js";
import { dataSetOf } from "../index.js";
import { dataOptions } from "../options.js";
import { loadTestSet } from "../test-sets.js";

const count = 120;
const patientOf = (row: number): number => Math.floor(row / 6);
const x = Float32Array.from(createDraws(3, "groups").reals(2 * count, -1, 1));
const cells = (of: (row: number) => number): number[] => Array.from({ length: count }, (_, row) => of(row));

interface Loaded {
	readonly data: DataSet;
	readonly held: TestSet;
}

async function load(choice: Readonly<Record<string, unknown>>): Promise<Loaded> {
	const options = dataOptions.parse(choice);
	const env = { XDG_CACHE_HOME: await temporaryFolder() };
	return {
		data: classData(await dataSetOf(options).load({ ...options, env }), "test"),
		held: classTest(await loadTestSet({ ...options, env }), "test"),
	};
}

/** The parts' sizes, and the groups of each, of rows whose group is known. */
function parts({ data, held }: Loaded, groupOf = patientOf) {
	const splits: readonly Split[] = [data.train, data.validation, held];
	const groups = splits.map(({ origin }) => new Set(Array.from(origin?.rows ?? [], groupOf)));
	return { sizes: splits.map((split) => split.count), together: groups.reduce((sum, { size }) => sum + size, 0) };
}

function csv(
	patient: (row: number) => string = (row) => `p${String(patientOf(row))}`,
	first = "a,b,patient,label",
): string {
	const lines = Array.from({ length: count }, (_, row) => `${x[2 * row]},${x[2 * row + 1]},${patient(row)},${row % 2}`);
	return [first, ...lines, ""].join("\n");
}

test("no group is split, whatever holds the table, in memory or prepared, and the group is no feature", async () => {
	const path = join(await temporaryFolder(), "t");
	await writeFile(`${path}.csv`, csv());
	parquetWriteFile({
		filename: `${path}.parquet`,
		columnData: [
			{ name: "a", data: cells((row) => x[2 * row] ?? 0), type: "DOUBLE" },
			{ name: "patient", data: cells(patientOf), type: "INT32" },
			{ name: "b", data: cells((row) => x[2 * row + 1] ?? 0), type: "DOUBLE" },
			{ name: "label", data: cells((row) => row % 2), type: "INT32" },
		],
	});
	const [patients, labels] = [Int32Array.from(cells(patientOf)), Int32Array.from(cells((row) => row % 2))];
	const arrays = { x: npy("<f4", [count, 2], x), y: npy("<i4", [count], labels), who: npy("<i4", [count], patients) };
	await writeFile(
		`${path}.npz`,
		zip(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]))),
	);
	for (const [name, bytes] of Object.entries(arrays)) await writeFile(`${path}-${name}.npy`, bytes);
	for (const choice of [
		{ name: "csv", file: `${path}.csv`, group: "patient" },
		{ name: "csv", file: `${path}.csv`, group: "patient", memory: 0 },
		{ name: "parquet", file: `${path}.parquet`, group: "patient" },
		{ name: "npz", file: `${path}.npz`, group: "who" },
		{ name: "npy", file: `${path}-x.npy`, labels: `${path}-y.npy`, group: `${path}-who.npy` },
	]) {
		const loaded = await load(choice);
		expect(loaded.data.sampleShape).toEqual([2]);
		expect(parts(loaded)).toEqual({ sizes: [84, 12, 24], together: 20 });
		expect(loaded.data.notices).toBeUndefined();
		const { train } = fractionOfTraining(loaded.data, 0.5, 0).data;
		expect([train.count, new Set(train.groups).size]).toEqual([42, 7]);
	}
});

describe("groups that cannot be kept", () => {
	async function table(text: string): Promise<Readonly<Record<string, unknown>>> {
		const file = join(await temporaryFolder(), "t.csv");
		await writeFile(file, text);
		return { name: "csv", file, group: "patient" };
	}

	test("too few groups, an empty cell, a column that is not there", async () => {
		await expect(load(await table(csv((row) => `p${String(row % 2)}`)))).rejects.toMatchObject({
			category: "data",
			got: '1 with class "0"',
		});
		await expect(load(await table(csv((row) => (row === 3 ? " " : "p"))))).rejects.toThrow(
			/line 5, column patient.*empty/,
		);
		const choice = { ...(await table(csv())), group: "patients" };
		await expect(load(choice)).rejects.toMatchObject({ where: "data.group", hint: 'Did you mean "patient"?' });
	});

	test("a group that the user's own files split is told", async () => {
		const choice = await table(csv());
		const other = await table(csv((row) => (row < 6 ? " p3" : `q${String(row)}`)).replaceAll(/^-?0/gm, "7"));
		const { data } = await load({ ...choice, test: other["file"] });
		expect(data.notices?.map(({ code }) => code)).toEqual(["groups-in-two-parts"]);
		expect(data.notices?.[0]?.text).toMatch(/^1 groups .*"p3"/);
	});
});

describe("pictures", () => {
	/** class/patient/session-k.png */
	async function folder(): Promise<string> {
		const directory = await temporaryFolder();
		for (const [c, name] of ["a", "b"].entries()) {
			await pictures(join(directory, name), 24);
			for (let k = 0; k < 24; k++) {
				const own = join(directory, name, `p${String(Math.floor(k / 3) + 4 * c)}`);
				await mkdir(own, { recursive: true });
				await rename(join(directory, name, `${String(k)}.png`), join(own, `s-${String(k)}.png`));
			}
		}
		return directory;
	}

	test("a level of folders, or a pattern, is a group in all classes", async () => {
		const directory = await folder();
		// Folders of the same names in every class could be parts: the classes are named.
		const shared = { name: "folder", directory, size: 8, channels: 1, classes: ["a", "b"] };
		const seen = [];
		for (const group of [1, "^p(\\d+)/", "^[^/]+"]) {
			const { data, held } = await load({ ...shared, group });
			const groups = [data.train, data.validation, held].map((split) => new Set(split.groups));
			expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(12);
			seen.push([data.train.count, data.validation.count, held.count]);
		}
		expect(new Set(seen.map(String)).size).toBe(1);
		await expect(load({ ...shared, group: 2 })).rejects.toThrow(/2 folders below each class.*48 pictures without/);
		await expect(load({ ...shared, group: "x(" })).rejects.toMatchObject({ category: "usage", where: "data.group" });
	});
});
