import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { npy, temporaryFolder, zip } from "../../../test/support/own-data.js";
import { syntheticData } from "../../../test/support/synthetic.js";
import type { DataSet } from "../../data/data-set.js";
import { parseRecipe } from "../../workflows/distill/recipe.js";
import { type TargetsTeacher, teacherOptions } from "./options.js";
import { readTargets } from "./targets.js";

const whole = syntheticData(3, 4);
/** Three training samples: rows 1, 2 and 4 of six. */
const data: DataSet = {
	...whole,
	classes: ["a", "b", "c"],
	train: { ...whole.train, origin: { rows: Uint32Array.of(1, 2, 4), count: 6 } },
};
const rows = [
	[0.5, 0.25, 0.25],
	[1, 0, 0],
	[0.1, 0.2, 0.7],
];
const [least, ln] = [Math.log(1e-12), Math.log];

const optionsOf = (file: string, fields: object = {}): TargetsTeacher => {
	const parsed = teacherOptions.parse({ family: "targets", file, ...fields });
	if (parsed.family !== "targets") throw new TypeError("expected targets");
	return parsed;
};

type Rows = readonly Readonly<Record<string, number | readonly number[]>>[];

/** The same rows as a file of each format. */
const formats: Readonly<Record<string, (path: string, rows: Rows) => Promise<void>>> = {
	npz: async (path, content) => {
		const names = Object.keys(content[0] ?? {});
		const arrays = names.map((name) => {
			const cells = content.map((row) => [row[name] ?? []].flat());
			const dims = name === "ids" || name === "id" ? [cells.length] : [cells.length, cells[0]?.length ?? 0];
			const whole = name === "ids" || name === "id" || name === "indices";
			const array = whole ? BigInt64Array.from(cells.flat(), BigInt) : Float64Array.from(cells.flat());
			return [`${name}.npy`, npy(whole ? "<i8" : "<f8", dims, array)] as const;
		});
		await writeFile(path, zip(Object.fromEntries(arrays)));
	},
	jsonl: (path, content) => writeFile(path, `${content.map((row) => JSON.stringify(row)).join("\n")}\n`),
	parquet: (path, content) => {
		const names = Object.keys(content[0] ?? {});
		parquetWriteFile({
			filename: path,
			columnData: names.map((name) => ({ name, data: content.map((row) => row[name]) })),
			rowGroupSize: 2,
		});
		return Promise.resolve();
	},
};

async function read(content: Rows, fields: object = {}, format = "jsonl", of: DataSet = data): Promise<number[][]> {
	const file = join(await temporaryFolder(), `targets.${format}`);
	await formats[format]?.(file, content);
	const { logits } = await readTargets(optionsOf(file, fields), of);
	const width = of.classes.length;
	return Array.from({ length: logits.length / width }, (_, k) =>
		Array.from(logits.subarray(k * width, (k + 1) * width)),
	);
}

function expectClose(got: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
	expect(got.map((row) => row.length)).toEqual(expected.map((row) => row.length));
	for (const [k, row] of expected.entries()) {
		for (const [c, value] of row.entries()) expect(got[k]?.[c], `${k}, ${c}`).toBeCloseTo(value, 4);
	}
}

const logs = rows.map((row) => row.map((p) => ln(Math.max(p, 1e-12))));

describe.each(Object.keys(formats))("a .%s file", (format) => {
	test("in the order of the training samples", async () => {
		expectClose(
			await read(
				rows.map((probabilities) => ({ probabilities })),
				{},
				format,
			),
			logs,
		);
		expectClose(
			await read(
				logs.map((logProbabilities) => ({ logProbabilities })),
				{},
				format,
			),
			logs,
		);
		expectClose(await read([{ logits: [1, -50, 3] }, { logits: [0, 0, 0] }, { logits: [9, 8, 7] }], {}, format), [
			...[
				[1, -50, 3],
				[0, 0, 0],
				[9, 8, 7],
			],
		]);
	});

	test("in any order, by ids: rows of the data's own file", async () => {
		const [first = [], second = [], third = []] = rows;
		const shuffled = [
			{ ids: 4, probabilities: third },
			{ ids: 0, probabilities: first },
			{ ids: 2, probabilities: second },
			{ ids: 1, probabilities: first },
		];
		expectClose(await read(shuffled, {}, format), logs);
	});

	test("with the k most probable classes", async () => {
		const top = [
			{ indices: [0, 2], probabilities: [0.5, 0.3] },
			{ indices: [2, 1], probabilities: [0.9, 0.1] },
			{ indices: [1, 0], probabilities: [0.6, 0.2] },
		];
		expectClose(await read(top, {}, format), [
			[ln(0.5), ln(0.2), ln(0.3)],
			[least, ln(0.1), ln(0.9)],
			[ln(0.2), ln(0.6), ln(0.2)],
		]);
		expectClose(await read(top, { remaining: "drop" }, format), [
			[ln(0.625), least, ln(0.375)],
			[least, ln(0.1), ln(0.9)],
			[ln(0.25), ln(0.75), least],
		]);
	});
});

test("a row for each row of the data's own file", async () => {
	const six = [0, 1, 2, 3, 4, 5].map((k) => ({ logits: [k, 0, -k] }));
	expectClose(await read(six), [
		[1, 0, -1],
		[2, 0, -2],
		[4, 0, -4],
	]);
});

test("classes in another order, and among more", async () => {
	const wide = rows.map(([a = 0, b = 0, c = 0]) => ({ values: [c, 0, a, b] }));
	expectClose(await read(wide, { classes: ["c", "x", "a", "b"] }), logs);
	expectClose(await read(wide, { select: [2, 3, 0] }), logs);
	const top = rows.map(() => ({ indices: [3, 0], values: [0.5, 0.1] }));
	expectClose(
		await read(top, { classes: ["c", "x", "a", "b"] }),
		rows.map(() => [ln(0.2), ln(0.5), ln(0.1)]),
	);
});

test("top-k log-probabilities by their values, and logits, which leave nothing", async () => {
	const top = (values: readonly number[]): Rows => rows.map(() => ({ indices: [2, 0], values }));
	expectClose(
		await read(top([ln(0.5), ln(0.25)])),
		rows.map(() => [ln(0.25), ln(0.25), ln(0.5)]),
	);
	expectClose(
		await read(top([3, 3]), { remaining: "drop" }),
		rows.map(() => [ln(0.5), least, ln(0.5)]),
	);
	await expect(read(top([3, 3]))).rejects.toThrow('set teacher.remaining to "drop"');
});

describe("refused, by the row:", () => {
	const all = (row: Rows[number]): Rows => [row, row, row];
	test.each([
		[
			"too few rows",
			[{ logits: [1, 2, 3] }],
			{},
			"a row for each of 3 training samples, in order, or 6 for all rows that they were taken from, got 1 rows",
		],
		["ids of other data", [1, 2, 3].map((id) => ({ id, logits: [1, 2, 3] })), {}, "got 3 rows, none of id 4"],
		[
			"an id twice",
			[1, 2, 2].map((id) => ({ id, logits: [1, 2, 3] })),
			{},
			"line 3: expected an id of its own, got a second row of id 2",
		],
		[
			"a row without an id",
			[{ id: 1, logits: [1, 2, 3] }, { logits: [1, 2, 3] }],
			{},
			"line 2: expected an id of its own, got none",
		],
		["other classes", all({ logits: [1, 2, 3, 4] }), {}, "an output for each of the data's 3 classes, got 4 outputs"],
		[
			"a row of another length",
			[{ logits: [1, 2, 3] }, { logits: [1, 2] }, { logits: [1, 2, 3] }],
			{},
			"line 2: expected 3 logits, got 2",
		],
		[
			"probabilities that do not sum to one",
			[...all({ probabilities: [1, 0, 0] }).slice(1), { probabilities: [0.5, 0.4, 0] }],
			{},
			"sample 2: expected probabilities of 3 classes that sum to 1 ± 0.001, got a sum of 0.9000",
		],
		["negative ones", all({ probabilities: [1.5, -0.5, 0] }), {}, "got -0.5"],
		["logits said to be probabilities", all({ logits: [1, 2, 3] }), { outputs: "probabilities" }, "a sum of 6"],
		[
			"an index too large",
			all({ indices: [0, 3], probabilities: [0.5, 0.1] }),
			{},
			"indices: expected different indices below 3, got 3",
		],
		[
			"an index twice",
			all({ indices: [1, 1], probabilities: [0.5, 0.1] }),
			{},
			"indices: expected different indices below 3, got 1",
		],
		[
			"more mass than one",
			all({ indices: [0, 1], probabilities: [0.9, 0.2] }),
			{},
			"probabilities that are not negative and sum to 1 at most, got 0.9, 0.2",
		],
		[
			"two kinds at once",
			all({ logits: [1, 2, 3], probabilities: [1, 0, 0] }),
			{},
			"expected one of logits, probabilities, logProbabilities, or indices with values, got logits, probabilities",
		],
		[
			"text",
			all({ logits: "many" as unknown as number[] }),
			{},
			"line 1: logits: expected a list of numbers, got string",
		],
	] as const)("%s", async (_, content, fields, message) => {
		await expect(read(content, fields)).rejects.toThrow(message);
	});

	test.each([
		["NaN", "npz", all({ logits: [1, NaN, 3] }), "targets.npz: sample 0: expected finite numbers, got NaN for class 1"],
		[
			"NaN among the k",
			"npz",
			all({ indices: [0, 1], values: [NaN, 0] }),
			"targets.npz: row 0: expected finite numbers",
		],
	] as const)("%s", async (_, format, content, message) => {
		await expect(read(content, {}, format)).rejects.toThrow(message);
	});

	test("what is no such file", async () => {
		const folder = await temporaryFolder();
		const text = join(folder, "text.jsonl");
		await writeFile(text, '{"logits":[1,2,3]}\n[1,2,3]\n');
		await expect(readTargets(optionsOf(text), data)).rejects.toThrow('line 2: expected a JSON object, got "[1,2,3]"');
		await expect(readTargets(optionsOf(join(folder, "none.jsonl")), data)).rejects.toThrow(
			"expected a file that exists",
		);
		await expect(readTargets(optionsOf(join(folder, "targets.txt")), data)).rejects.toThrow(
			"expected a file that ends in .npz, .parquet, .jsonl",
		);
	});
});

test("a recipe knows such a file by its name", () => {
	expect(parseRecipe({ teacher: { file: "a.npz" } }).teacher).toMatchObject({ family: "targets", remaining: "spread" });
	expect(parseRecipe({ teacher: { file: "a.onnx" } }).teacher).toMatchObject({ family: "file", outputs: "auto" });
});
