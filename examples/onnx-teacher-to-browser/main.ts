import { rm } from "node:fs/promises";
import { join } from "node:path";
import { distill, exportModel, parseRecipe, parseTrainRecipe, reportTable, train } from "limbeck/node";

const out = "limbeck-out/onnx-teacher-to-browser";

const optimizer = { name: "adam", learningRate: 0.002 } as const;

/** Trains a teacher, for those who have none at hand. */
async function trainTeacher(): Promise<string> {
	const network = { hidden: [400, 400], hiddenDropout: 0.4, jitter: 2, epochs: 20, optimizer };
	await train(parseTrainRecipe({ data: { name: "digits" }, network }), { out: `${out}-teacher` });
	return `${out}-teacher/model.onnx`;
}

const [file = await trainTeacher()] = process.argv.slice(2);
const recipe = parseRecipe({
	name: "onnx-teacher-to-browser",
	data: { name: "digits" },
	// A file of PyTorch's may want `input: { mean, std }` here; one of Limbeck's says them itself.
	teacher: { file },
	student: { hidden: [100, 100], epochs: 60, optimizer },
	distillation: { name: "soft-targets", temperature: 4, hardWeight: 0.1 },
});
console.log(reportTable(await distill(recipe, { out }), process.stdout.columns));

const to = join(import.meta.dirname, "public/model");
await rm(to, { recursive: true, force: true });
const source = { file: `${out}/student.onnx` };
await exportModel({ source, data: recipe.data, to, preprocess: "outside", threads: 1 });
console.log("Now: npx vite examples/onnx-teacher-to-browser");
