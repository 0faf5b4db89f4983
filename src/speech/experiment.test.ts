import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digitArchive } from "../../test/support/corpus.js";
import { runtime } from "../../test/support/graphs.js";
import { fractionOfTraining } from "../data/fraction.js";
import { readFrames } from "../data/frames.js";
import { createInlineLoader } from "../data/loader.js";
import { openSamples } from "../data/open-samples.js";
import { parseSpeechRecipe } from "../workflows/speech/recipe.js";
import { type AlignOutcome, alignCorpus } from "./align-corpus.js";
import { alignmentFiles } from "./alignment-file.js";
import { evaluateSpeech, type RecognizeOutcome } from "./evaluate.js";

const context = { runtime, createLoader: createInlineLoader, openSamples, now: () => 0 };

let root: string;
beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), "limbeck-experiment-"));
});
afterAll(() => rm(root, { recursive: true }));

/** A folder with an archive of two speakers' digits. */
async function corpus(name: string, archive: Buffer): Promise<string> {
	const folder = join(root, name);
	await mkdir(folder);
	await writeFile(join(folder, "free-spoken-digit-dataset.tar.gz"), archive);
	return folder;
}

const recipeOf = (directory: string) =>
	parseSpeechRecipe({
		data: { name: "fsdd", directory },
		network: { family: "acoustic", layers: 1, units: 16, epochs: 2, batch: 32 },
		context: { left: 3, right: 1 },
		hmm: { wordStates: 2, silenceStates: 1 },
		alignment: { gaussianRounds: 4, netRounds: 1 },
		penalties: [0, 10],
	});

async function aligned(directory: string, name: string): Promise<{ readonly folder: string; outcome: AlignOutcome }> {
	const [output, progress] = [join(root, `${name}-output`), join(root, `${name}-progress`)];
	for (const folder of [output, progress]) await mkdir(folder);
	const { data, features, context: frames, hmm, strings, alignment, network } = recipeOf(directory);
	const step = { data, features, context: frames, hmm, strings, alignment, network, threads: 1 };
	return { folder: output, outcome: await alignCorpus(step, { output, progress }, context) };
}

function recognized(directory: string, folder: string): Promise<RecognizeOutcome> {
	const { data, strings, penalties } = recipeOf(directory);
	const net = join(folder, alignmentFiles.net);
	return evaluateSpeech(
		{
			data,
			strings,
			penalties,
			alignment: join(folder, alignmentFiles.models),
			threads: 1,
			models: { one: net, same: net, alone: net },
			choices: { chosen: ["one", "same"] },
		},
		{ runtime, now: () => 0 },
	);
}

test("an alignment is the same again, and its frames are whole recordings", async () => {
	const directory = await corpus("plain", digitArchive([0, 5, 10, 11]));
	const [first, again] = [await aligned(directory, "first"), await aligned(directory, "again")];
	expect(again.outcome).toEqual(first.outcome);
	for (const file of [...Object.values(alignmentFiles), `${alignmentFiles.frames}.elements`]) {
		const [one, other] = [await readFile(join(first.folder, file)), await readFile(join(again.folder, file))];
		expect(createHash("sha256").update(one).digest("hex")).toBe(createHash("sha256").update(other).digest("hex"));
	}
	const frames = await readFrames({ file: join(first.folder, alignmentFiles.frames) });
	expect(frames.train.count).toBe(first.outcome.train.frames);
	const { groups } = frames.train;
	const { indices } = fractionOfTraining(frames, 0.3, 0);
	const taken = new Set(Array.from(indices, (sample) => groups[sample]));
	expect(taken.size).toBe(Math.round(0.3 * new Set(groups).size));
	expect(indices).toHaveLength(groups.filter((group) => taken.has(group)).length);
	const judged = await recognized(directory, first.folder);
	expect(judged.choices["chosen"]?.chosen).toBe("one");
	expect(Object.keys(judged.models)).toEqual(["alone", "chosen"]);
	expect(judged.models["chosen"]).toEqual(judged.models["alone"]);
	// Another test part changes nothing that is chosen.
	const other = await corpus("other", digitArchive([1, 5, 10, 11]));
	const elsewhere = await recognized(other, first.folder);
	for (const field of ["validation", "insertionPenalty"] as const) {
		expect(elsewhere.models["alone"]?.[field]).toEqual(judged.models["alone"]?.[field]);
	}
	expect(elsewhere.models["alone"]?.test.frameAccuracy).not.toBe(judged.models["alone"]?.test.frameAccuracy);
});
