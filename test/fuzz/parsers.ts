/** Everything in Limbeck that reads files of others. One entry each; `npm run fuzz` and the test walk the table. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { readRecipe } from "../../src/console/recipe-file.js";
import { fileSource } from "../../src/data/formats/bytes.js";
import { createImageDecoder } from "../../src/data/formats/image.js";
import { openNpy } from "../../src/data/formats/npy.js";
import { type FrameSplit, readFrames, writeFrames } from "../../src/data/frames.js";
import { readMaybeGzip } from "../../src/data/gzip.js";
import { parseIdx } from "../../src/data/idx.js";
import { dataSets } from "../../src/data/index.js";
import { dataOptions } from "../../src/data/options.js";
import { readCache } from "../../src/data/own/cache.js";
import { readTarMembers } from "../../src/data/tar.js";
import { readRunReport } from "../../src/deploy/run-report.js";
import { compareClassNames } from "../../src/distill/class-names.js";
import { readManifest } from "../../src/distill/specialists/manifest.js";
import { readTargets } from "../../src/distill/teachers/targets.js";
import { importModel } from "../../src/import/index.js";
import { multiplyAdds } from "../../src/metrics/multiply-adds.js";
import { applyModel } from "../../src/models/apply.js";
import { modelOf } from "../../src/models/family.js";
import { decodeModel } from "../../src/onnx/decode.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { readModelFile } from "../../src/onnx/file.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { createGraph } from "../../src/ops/index.js";
import { classesKey, normalizationOf, preprocessingKey } from "../../src/predict/metadata.js";
import { alignmentFiles, readAlignment, writeAlignment } from "../../src/speech/alignment-file.js";
import { contextOptions } from "../../src/speech/context.js";
import { frontEndOptions } from "../../src/speech/front-end.js";
import { createHmm } from "../../src/speech/hmm.js";
import { readEntry, sealFolder } from "../../src/store/entry.js";
import { keyFields, targetKey } from "../../src/targets/key.js";
import { rowCodec } from "../../src/targets/rows.js";
import { openViewFile } from "../../src/targets/view-file.js";
import { openWriter } from "../../src/targets/writer.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/train/checkpoint/checkpoint.js";
import { parseRecipe } from "../../src/workflows/distill/recipe.js";
import { parseSpecializeRecipe } from "../../src/workflows/specialize/recipe.js";
import { parseTrainRecipe } from "../../src/workflows/train/recipe.js";
import { syntheticData } from "../support/synthetic.js";
import * as data from "./data-seeds.js";
import type { Parser } from "./engine.js";
import { externalSeeds, modelFiles, seedModels } from "./model-seeds.js";
import { type Mutate, mutateBytes } from "./mutate.js";
import { mutateModel } from "./mutate-model.js";
import {
	cacheSeeds,
	jsonTokens,
	metadataSeeds,
	recipeSeeds,
	reportSeeds,
	settingSeeds,
	settingTokens,
	specialistsSeeds,
} from "./text-seeds.js";

const bytewise = mutateBytes();
const json = mutateBytes(jsonTokens);

/** A parser of files by their paths. */
function ofFile(name: string, read: (path: string, scratch: string) => unknown): Parser["parse"] {
	return async (bytes, scratch) => {
		const path = join(scratch, name);
		await writeFile(path, bytes);
		return read(path, scratch);
	};
}

/** What stands for samples of the model's input; another model's where it asks for more than a seed would. */
function samplesFor({ graph }: OnnxModel): readonly number[] {
	const declared = (graph.inputs[0]?.dims ?? []).slice(1).map((dim) => (typeof dim === "number" ? dim : 3));
	return declared.length < 5 && declared.every((dim) => dim >= 0 && dim <= 64) ? declared : [3, 8, 8];
}

/** All that is done with a model before ONNX Runtime sees it. */
function useModel(bytes: Uint8Array): void {
	const model = decodeModel(bytes);
	encodeModel(model);
	const shape = samplesFor(model);
	multiplyAdds(model, shape);
	const g = createGraph();
	const input = g.input("input", { type: "float", dims: [2, ...shape] });
	const y = applyModel(g, importModel(model), { input });
	encodeModel(modelOf(g.toOnnx("fuzz", [["y", y]])));
}

/** Loads users' own data of a kind, both splits that training sees. */
function ownData(name: "npz" | "npy" | "csv" | "parquet", fields: object = {}): Parser["parse"] {
	return ofFile(`data.${name}`, async (file, scratch) => {
		const options = dataOptions.parse({ name, file, ...fields });
		const env = { HOME: scratch, XDG_CACHE_HOME: join(scratch, "cache") };
		// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
		await (dataSets[name].load as (options: unknown) => Promise<unknown>)({ ...options, env });
	});
}

function idx(dimensions: number): Parser["parse"] {
	return ofFile("images", async (path) => parseIdx(await readMaybeGzip(path), dimensions, path));
}

const threeClasses = syntheticData(3, 3);

function targets(ending: string): Parser["parse"] {
	const options = { family: "targets", outputs: "auto", remaining: "spread" } as const;
	const classes = ["a", "b", "c"];
	return ofFile(`targets.${ending}`, (file) => readTargets({ ...options, file }, { ...threeClasses, classes }));
}

const { storedForm } = data;
const storedCodec = rowCodec(storedForm, storedForm.classes);
const storedHeader = {
	key: targetKey(storedForm, storedForm),
	view: 0,
	count: storedForm.count,
	classes: storedForm.classes,
	rowBytes: storedCodec.rowBytes,
	blockSamples: Math.floor(2 ** 18 / storedCodec.rowBytes),
	temperature: 1,
	fields: keyFields(storedForm, storedForm),
};

/** Half of the mutants have a header whose checksum is right, so that what it says is read. */
const stored: Mutate = (seeds, draws) => {
	const bytes = Buffer.from(json(seeds, draws));
	if (bytes.length < 16 || draws.chance(0.5)) return bytes;
	const end = Math.min(bytes.length, bytes.readUInt32LE(8));
	bytes.writeUInt32LE(crc32(bytes.subarray(16, end)), 12);
	return bytes;
};

function metadata(bytes: Uint8Array): void {
	const text = Buffer.from(bytes).toString("utf8");
	const model = (key: string): OnnxModel => ({
		...modelOf(createGraph().toOnnx("", [])),
		metadata: new Map([[key, text]]),
	});
	normalizationOf(model(preprocessingKey), "model");
	compareClassNames(model(classesKey), ["a", "b", "c"], "model");
}

const entryKey = "0".repeat(64);

async function manifestSeeds(): Promise<readonly Uint8Array[]> {
	const seed = data.written(async (folder) => {
		await writeFile(join(folder, "a.txt"), "a");
		await sealFolder(folder, { key: entryKey, about: { step: "train" }, result: [1] }, "2020-01-01T00:00:00.000Z");
		return "manifest.json";
	});
	return [await seed];
}

const checkpoint = encodeCheckpoint({
	step: 4,
	seconds: 1,
	state: { w: { type: "float", dims: [2], data: Float32Array.of(1, 2) } },
	good: { w: { type: "float", dims: [2], data: Float32Array.of(3, 4) } },
	rollbacks: [{ from: 3, to: 1 }],
	history: { losses: Float32Array.of(1, 2), validations: [] },
});

function alignmentSeed(): Promise<Uint8Array> {
	const hmm = createHmm(["one", "two"], { wordStates: 2, silenceStates: 1 });
	const features = frontEndOptions.parse({});
	const [states, size] = [hmm.stay.length, features.coefficients];
	const models = {
		hmm,
		features,
		context: contextOptions.parse({}),
		priors: new Float64Array(states).fill(-1),
		moments: { mean: new Float64Array(size), std: new Float64Array(size).fill(1) },
		gaussians: { size, mean: new Float64Array(states * size), variance: new Float64Array(states * size).fill(1) },
		aligner: { priors: new Float64Array(states).fill(-1) },
	};
	return data.written(async (folder) => {
		await writeAlignment(folder, models);
		return alignmentFiles.models;
	});
}

/** Two windows of two frames of three coefficients in each part. */
const twoWindows: FrameSplit = {
	count: 2,
	samples: { kind: "windows", type: "float", data: new Float32Array(9), starts: Int32Array.of(0, 1) },
	labels: Int32Array.of(0, 1),
	groups: Int32Array.of(0, 0),
};

const frames = {
	name: "frames",
	classes: ["a", "b"],
	sampleShape: [2, 3],
	fingerprint: "0",
	train: twoWindows,
	validation: twoWindows,
	normalization: { mean: 0, std: 1 },
};

function frameSeed(): Promise<Uint8Array> {
	return data.written(async (folder) => {
		await writeFrames(join(folder, "frames.json"), frames);
		return "frames.json";
	});
}

export const parsers = {
	"onnx bytes": { seeds: modelFiles, parse: useModel, mutate: bytewise },
	"onnx models": { seeds: () => seedModels().map(encodeModel), parse: useModel, mutate: mutateModel },
	"external data": {
		seeds: externalSeeds,
		parse: ofFile("model.onnx", async (path, scratch) => {
			await writeFile(join(scratch, "w.bin"), new Uint8Array(16));
			await readModelFile(path);
		}),
		mutate: mutateBytes(["../", "/etc/passwd", "w.bin", "\0", "\\", "location", "offset", "-1", "9007199254740991"]),
	},
	npy: {
		seeds: () => data.npySeeds,
		parse: ofFile("array.npy", async (path) => {
			const array = await openNpy(await fileSource(path));
			for await (const { bytes } of array.rows()) array.type.read(bytes);
		}),
		mutate: bytewise,
	},
	"npy data": { seeds: () => data.npySeeds, parse: ownData("npy", { unlabelled: true }), mutate: bytewise },
	"npz data": { seeds: () => data.npzSeeds, parse: ownData("npz"), mutate: bytewise },
	"csv data": {
		seeds: () => data.csvSeeds,
		parse: ownData("csv"),
		mutate: mutateBytes([",", '"', "\n", "\r", "1e999"]),
	},
	"parquet data": { seeds: data.parquetSeeds, parse: ownData("parquet"), mutate: bytewise },
	"idx images": { seeds: () => data.idxSeeds, parse: idx(3), mutate: bytewise },
	"idx labels": { seeds: () => data.idxSeeds, parse: idx(1), mutate: bytewise },
	"cifar-100": {
		seeds: () => data.cifarSeeds,
		parse: ofFile("cifar-100-binary.tar.gz", (_, directory) =>
			dataSets["cifar-100"].load({ directory, validation: 1 }),
		),
		mutate: bytewise,
	},
	tar: {
		seeds: () => data.tarSeeds,
		parse: ofFile("a.tar", (path) =>
			readTarMembers(path, new Map([...["data/first.bin", "../escape"].map((name) => [name, 1000] as const)])),
		),
		mutate: bytewise,
	},
	gzip: {
		seeds: () => data.gzipSeeds,
		parse: ofFile("a.gz", (path) => readMaybeGzip(path, 2 ** 22)),
		mutate: bytewise,
	},
	image: {
		seeds: data.imageSeeds,
		parse: ofFile("a.png", async (path) => {
			const decoder = await createImageDecoder({ size: 8, channels: 3 });
			await decoder.survey([path]);
			return decoder.decode(path);
		}),
		mutate: bytewise,
	},
	"stored targets": {
		seeds: async () => [await data.storedSeed()],
		parse: ofFile("view-0.targets", (path) => {
			const file = openViewFile(path, storedHeader, storedCodec);
			try {
				const out = new Float32Array(storedForm.classes);
				for (let sample = 0; sample < storedForm.count; sample++) file.read(sample, out, 0);
				file.load();
				file.read(0, out, 0);
			} finally {
				file.close();
			}
		}),
		mutate: stored,
	},
	"stored targets, unfinished": {
		seeds: async () => [await data.storedSeed()],
		parse: ofFile("view-0.targets.part", async (path) => {
			const writer = await openWriter(path.replace(/\.part$/, ""), storedHeader, storedCodec);
			const done = writer.done();
			await writer.close();
			return done > 0;
		}),
		mutate: stored,
	},
	"targets .jsonl": { seeds: () => data.jsonlSeeds, parse: targets("jsonl"), mutate: json },
	"targets .npz": { seeds: () => data.targetNpzSeeds, parse: targets("npz"), mutate: bytewise },
	"targets .parquet": { seeds: data.targetParquetSeeds, parse: targets("parquet"), mutate: bytewise },
	"recipe .json": {
		seeds: () => recipeSeeds,
		parse: ofFile("recipe.json", async (path) => parseRecipe(await readRecipe(path, {}))),
		mutate: json,
	},
	"train recipe .json": {
		seeds: () => recipeSeeds,
		parse: ofFile("recipe.json", async (path) => parseTrainRecipe(await readRecipe(path, {}))),
		mutate: json,
	},
	"specialize recipe .json": {
		seeds: () => recipeSeeds,
		parse: ofFile("recipe.json", async (path) => parseSpecializeRecipe(await readRecipe(path, {}))),
		mutate: json,
	},
	"specialists.json": {
		seeds: () => specialistsSeeds,
		parse: ofFile("specialists.json", (_, scratch) => readManifest(scratch)),
		mutate: json,
	},
	"--set": {
		seeds: () => settingSeeds,
		parse: (bytes) => parseRecipe({}, "recipe", Buffer.from(bytes).toString("utf8").split("\n")),
		mutate: mutateBytes(settingTokens),
	},
	"run report": { seeds: () => reportSeeds, parse: ofFile("report.json", readRunReport), mutate: json },
	"model metadata": { seeds: () => metadataSeeds, parse: metadata, mutate: json },
	"cache index": {
		seeds: () => cacheSeeds,
		parse: ofFile("index.json", async (_, scratch) => {
			for (const name of ["train", "validation", "test"]) {
				const count = name === "train" ? 2 : 0;
				await writeFile(join(scratch, `${name}.samples`), new Uint8Array(2 * count));
				for (const part of ["labels", "rows"])
					await writeFile(join(scratch, `${name}.${part}`), new Uint8Array(4 * count));
			}
			return (await readCache(scratch)) !== undefined;
		}),
		mutate: json,
	},
	"store manifest": {
		seeds: manifestSeeds,
		parse: ofFile("manifest.json", async (_, scratch) => {
			await writeFile(join(scratch, "a.txt"), "a");
			return !("kind" in (await readEntry(scratch, entryKey)));
		}),
		mutate: json,
	},
	"alignment of recordings": {
		seeds: async () => [await alignmentSeed()],
		parse: ofFile(alignmentFiles.models, readAlignment),
		mutate: json,
	},
	"header of frames": {
		seeds: async () => [await frameSeed()],
		parse: async (bytes, scratch) => {
			const file = join(scratch, "frames.json");
			await writeFrames(file, frames);
			await writeFile(file, bytes);
			await readFrames({ file });
		},
		mutate: json,
	},
	checkpoint: {
		seeds: () => [checkpoint],
		parse: (bytes) => decodeCheckpoint(bytes, "checkpoint"),
		mutate: json,
	},
} as const satisfies Record<string, Parser>;
