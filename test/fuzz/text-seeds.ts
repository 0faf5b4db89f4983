/** Texts that are read as JSON or as settings, with names that JavaScript keeps for itself. */
import { recipes } from "../../src/workflows/distill/recipes.js";
import { specializeRecipes } from "../../src/workflows/specialize/recipes.js";
import { trainRecipes } from "../../src/workflows/train/recipes.js";

/** Names that reach into every object where they are taken for a field's. */
export const reservedNames = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"] as const;

/** What mutants of JSON are given. */
export const jsonTokens: readonly string[] = [
	...reservedNames.flatMap((name) => [`"${name}"`, `"${name}":{"polluted":1},`, `{"${name}":{"polluted":true}}`]),
	...[
		'"constructor":{"prototype":{"polluted":1}},',
		'{"__proto__":null}',
		'"a":',
		"null",
		"true",
		"[]",
		"{}",
		"[",
		"{",
	],
	...["1e999", "-0", "1e-400", "9007199254740993", '""', '"\\u0000"', '"\\ud800"', ",", ":", "\\", "\uFEFF"],
];

/** What mutants of settings are given. */
export const settingTokens: readonly string[] = [
	...reservedNames.flatMap((name) => [`${name}.polluted=1`, `${name}=`, `.${name}`, `student.${name}.polluted=1\n`]),
	...[
		"constructor.prototype.polluted=1",
		"=",
		".",
		"[",
		"{",
		"=[[[",
		"\n",
		"data.",
		"teacher.members=",
		"student.family=",
	],
];

/** `"__proto__"` as a field of its own, which an object literal cannot have. */
const polluted = (field: string): string => `{"${field}":{"polluted":true},"name":"x"}`;

export const recipeSeeds: readonly Uint8Array[] = [
	...Object.values(recipes).map((recipe) => JSON.stringify(recipe)),
	...Object.values(trainRecipes).map((recipe) => JSON.stringify(recipe)),
	...Object.values(specializeRecipes).map((recipe) => JSON.stringify(recipe)),
	...reservedNames.map(polluted),
	...reservedNames.map((name) => `{"student":${polluted(name)},"teacher":{"members":[${polluted(name)}]}}`),
	`${"[".repeat(20_000)}${"]".repeat(20_000)}`,
	`${'{"student":'.repeat(20_000)}1${"}".repeat(20_000)}`,
	`{"chain":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
].map((text) => Buffer.from(text));

export const settingSeeds: readonly Uint8Array[] = [
	"student.hidden=[64,64]\ndistillation.temperature=8",
	'student.family=cnn\nstudent.channels=[8,16]\ntargets.topK=3\nchain=[{"hidden":[20]}]',
	'data.name=csv\ndata.file=x.csv\ndata.ignore=["a"]',
	"teacher.optimizer.name=sgd\nteacher.schedule.name=cosine",
	...reservedNames.map((name) => `${name}.polluted=1\nstudent.${name}=1\nstudent.${name}.polluted=true`),
	...reservedNames.map((name) => `student={"${name}":{"polluted":1}}`),
	`student=${"[".repeat(20_000)}${"]".repeat(20_000)}`,
].map((text) => Buffer.from(text));

export const reportSeeds: readonly Uint8Array[] = [
	JSON.stringify({
		schema: 1,
		created: "2026-01-01T00:00:00.000Z",
		seeds: [1],
		data: { train: 7, validation: 1, test: 2 },
		recipe: { data: { name: "digits" }, student: { hidden: [30] } },
		student: { errors: 1, accuracy: 0.5, parameters: 10, bytes: 40 },
		notes: ["a note"],
	}),
	...reservedNames.map((name) => `{"schema":1,"recipe":{"${name}":{"polluted":1},"data":{}}}`),
	`{"schema":1,"recipe":${'{"data":'.repeat(20_000)}1${"}".repeat(20_000)}}`,
].map((text) => Buffer.from(text));

export const metadataSeeds: readonly Uint8Array[] = [
	'["a","b","c"]',
	'{"mean":0.5,"std":0.25}',
	'{"mean":[0.5,0.4],"std":[0.25,1]}',
	...reservedNames.map((name) => `{"${name}":{"polluted":1},"mean":0,"std":1}`),
	`${"[".repeat(20_000)}${"]".repeat(20_000)}`,
].map((text) => Buffer.from(text));

export const specialistsSeeds: readonly Uint8Array[] = [
	{
		schema: 1,
		classes: ["a", "b", "c", "d"],
		sampleShape: [1, 2, 2],
		combination: { rule: "kl", n: 1 },
		generalist: "generalist.onnx",
		specialists: [
			{ file: "specialist-1.onnx", classes: [0, 2] },
			{ file: "specialist-2.onnx", classes: [1, 2, 3] },
		],
	},
].map((manifest) => Buffer.from(JSON.stringify(manifest)));

export const cacheSeeds: readonly Uint8Array[] = [
	{
		classes: ["a", "b"],
		type: "uint8",
		sampleShape: [2],
		normalization: { mean: 0, std: 1 },
		counts: { train: 2, validation: 0, test: 0 },
		origins: { train: 2, validation: 0, test: 0 },
		fingerprint: "f",
		unlabelled: [],
	},
].map((index) => Buffer.from(JSON.stringify(index)));
