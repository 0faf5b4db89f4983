import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readRunFolder } from "./run-folder.js";

async function folderWith(report: object): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-run-folder-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "report.json"), JSON.stringify(report));
	return folder;
}

const head = {
	schema: 1,
	created: "2026-01-01T00:00:00.000Z",
	seeds: [1],
	recipe: { name: "digits", network: { family: "mlp" } },
	environment: { cpu: "one", onnxruntime: "1" },
};
const data = { name: "digits", test: 1, fingerprint: "" };
const figures = { parameters: 1, bytes: 4 };
const trained = { ...head, data, network: figures };
const speech = { ...head, corpus: { fingerprint: "" }, networks: { baseline: { ...figures, test: {} } } };

/** Reports as the first versions wrote them. */
const old = {
	distill: { ...head, data, student: figures },
	train: trained,
	specialize: {
		...head,
		data,
		generalist: figures,
		combined: figures,
		distilledBack: figures,
		controls: { longer: figures },
		conditional: {},
		coverage: [{ specialists: 1, samples: 1, generalist: 1, combined: 1 }],
		clusters: [],
		training: {},
		cost: { generalistEpochs: 1, specialistsEpochs: 1 },
		comparisons: [],
		verdict: [],
	},
	speech,
	folds: { schema: 1, folds: { jackson: speech }, networks: speech.networks },
	study: {
		...head,
		data,
		study: "temperature",
		title: "",
		question: "?",
		answer: [],
		tables: [],
		figures: [],
		networks: { alone: figures },
	},
};

test("a report is of the kind that it says", async () => {
	const run = await readRunFolder(await folderWith({ ...trained, kind: "train" }));
	expect(run.networks().rows).toEqual([["mlp", trained.network, { label: "mlp", color: "student" }]]);
});

test.each(Object.entries(old))(
	"a report of %s from before they said so is of the kind that its fields tell",
	async (_, report) => {
		expect((await readRunFolder(await folderWith(report))).recipe()).toEqual(head.recipe);
	},
);

test.each([
	["of no kind", {}, "no kind of run is in it"],
	["of a kind that is not known", { ...trained, kind: "boost" }, "no kind of run is in it"],
	["of another kind than it says", { ...trained, kind: "distill" }, "student"],
])("a report %s is refused", async (_, report, got) => {
	await expect(readRunFolder(await folderWith(report))).rejects.toMatchObject({
		category: "data",
		got: expect.stringContaining(got) as unknown,
	});
});
