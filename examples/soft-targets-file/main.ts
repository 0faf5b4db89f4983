import { mkdir, writeFile } from "node:fs/promises";
import { dataSets, distill, parseRecipe, parseTrainRecipe, reportTable, train } from "limbeck/node";
import { loadClassifier } from "limbeck/predict";

const out = "limbeck-out/soft-targets-file";
const file = `${out}-targets.jsonl`;

// Stands for any model anywhere: a program in another language, or a service that is asked over the network.
const optimizer = { name: "adam", learningRate: 0.002 } as const;
const network = { hidden: [400, 400], hiddenDropout: 0.4, jitter: 2, epochs: 20, optimizer };
await train(parseTrainRecipe({ data: { name: "digits" }, network }), { out: `${out}-elsewhere` });
const elsewhere = await loadClassifier(`${out}-elsewhere/model.onnx`, { threads: 1 });

const { train: samples } = await dataSets.digits.load({});
const { samples: stored, origin, count } = samples;
if (stored.kind !== "memory" || stored.type !== "uint8") throw new TypeError("expected digits as bytes in memory");
const lines: string[] = [];
for (let k = 0; k < count; k++) {
	const { logits } = await elsewhere.predict(stored.data.subarray(k * 784, (k + 1) * 784));
	lines.push(JSON.stringify({ id: origin?.rows[k], logits: Array.from(logits) }));
}
await elsewhere.release();
await mkdir("limbeck-out", { recursive: true });
await writeFile(file, `${lines.join("\n")}\n`);

const recipe = parseRecipe({
	name: "soft-targets-file",
	data: { name: "digits" },
	teacher: { file },
	student: { hidden: [100, 100], epochs: 60, optimizer },
	distillation: { name: "soft-targets", temperature: 4, hardWeight: 0.1 },
});
console.log(reportTable(await distill(recipe, { out }), process.stdout.columns));
