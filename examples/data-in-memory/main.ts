import { distill, fromMemory, type LabelledSample, parseRecipe, planDistill, reportTable } from "limbeck/node";

const arms = ["red", "green", "blue"];

/**
 * Points on the arms of a spiral; stands for whatever a program has: rows of a database, readings, made-up samples.
 *
 * @param wrong - of ten labels so many are another arm's.
 */
async function* spiral(count: number, wrong: number): AsyncGenerator<LabelledSample> {
	for (let k = 0; k < count; k++) {
		const [arm, radius] = [k % arms.length, 0.1 + (0.9 * k) / count];
		const angle = 4 * radius + (2 * Math.PI * arm) / arms.length + 0.9 * Math.sin(97 * k + wrong);
		const label = (7919 * k) % 10 < wrong ? (arm + 1) % arms.length : arm;
		const sample = Float32Array.of(radius * Math.cos(angle), radius * Math.sin(angle));
		yield await Promise.resolve({ sample, label });
	}
}

const data = await fromMemory({
	name: "spiral",
	shape: [2],
	classes: arms,
	samples: spiral(6000, 3),
	test: { samples: spiral(1500, 0) },
});
const optimizer = { name: "adam", learningRate: 0.01 } as const;
const recipe = parseRecipe({
	name: "data-in-memory",
	data,
	teacher: { hidden: [64, 64], jitter: 0, epochs: 20, optimizer },
	student: { hidden: [32, 32], jitter: 0, epochs: 200, optimizer, fraction: 0.1 },
	distillation: { name: "soft-targets", temperature: 1, hardWeight: 0 },
});
const where = { out: "limbeck-out/data-in-memory" };
console.log(reportTable(await distill(recipe, where), process.stdout.columns));

// The same data again are the same files in the store: nothing is left to train.
const steps = await planDistill(recipe, where);
console.log(`${String(steps.filter(({ cached }) => !cached).length)} of ${String(steps.length)} steps are left to do.`);
