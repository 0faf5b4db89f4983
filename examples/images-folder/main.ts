import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { distill, exportModel, parseRecipe, reportTable } from "limbeck/node";
import { writePictures } from "./pictures.js";

const [given] = process.argv.slice(2);
const directory = resolve(given ?? (await writePictures("limbeck-out/pictures")));
const training = { jitter: 2, batch: 32, optimizer: { name: "adam", learningRate: 0.005 } } as const;
const recipe = parseRecipe({
	name: "images-folder",
	data: { name: "folder", directory, ...(given === undefined ? { size: 28, channels: 1 } : {}) },
	teacher: { family: "cnn", channels: [16, 32], epochs: 12, ...training },
	student: { family: "cnn", channels: [8, 16], epochs: 12, ...training },
	distillation: { name: "soft-targets", temperature: 4, hardWeight: 0.1 },
});

const out = "limbeck-out/images-folder";
console.log(reportTable(await distill(recipe, { out }), process.stdout.columns));

const to = `${out}-model`;
await rm(to, { recursive: true, force: true });
const source = { file: `${out}/student.onnx` };
const { models } = await exportModel({ source, data: recipe.data, to, preprocess: "outside", threads: 1 });
for (const { precision, bytes, test } of models) console.log(`${precision}: ${bytes} bytes, ${test.errors} errors`);
