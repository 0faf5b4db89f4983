import { defineRecipe, distill, parseRecipe, reportTable } from "limbeck/node";

const training = {
	hiddenDropout: 0.4,
	jitter: 2,
	epochs: 20,
	optimizer: { name: "adam", learningRate: 0.002 },
} as const;
const recipe = defineRecipe({
	name: "ensemble-to-one",
	data: { name: "digits" },
	teacher: {
		family: "ensemble",
		members: [
			{ family: "mlp", hidden: [400, 400], copies: 2, ...training },
			{ family: "mlp", hidden: [800], ...training },
		],
		combine: "arithmetic",
	},
	student: { hidden: [100, 100], epochs: 60, optimizer: { name: "adam", learningRate: 0.002 } },
	distillation: { name: "soft-targets", temperature: 4, hardWeight: 0.1 },
});

const report = await distill(parseRecipe(recipe), {
	out: "limbeck-out/ensemble-to-one",
	onStep: ({ label }, what) => {
		console.error(label, what);
	},
});
console.log(reportTable(report, process.stdout.columns));
