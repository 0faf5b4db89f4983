import {
	dataSets,
	nodeRuntime,
	openSpecialists,
	parseSpecializeRecipe,
	specialize,
	specializeRecipes,
	specializeReportTable,
} from "limbeck/node";

const out = "limbeck-out/specialists";
const report = await specialize(parseSpecializeRecipe(specializeRecipes.digits), {
	out,
	onStep: ({ label }, what) => {
		console.error(label, what);
	},
});
console.log(specializeReportTable(report, process.stdout.columns));

const { validation } = await dataSets.digits.load({});
const specialists = await openSpecialists(await nodeRuntime(), out, { loaded: 1 });
const { probabilities, active } = await specialists.classify(validation);
const width = specialists.classes.length;
for (const sample of [0, 250, 500, 750]) {
	const row = Array.from(probabilities.subarray(sample * width, (sample + 1) * width));
	const best = row.indexOf(Math.max(...row));
	const asked = active[sample]?.map((m) => `specialist ${m + 1}`).join(", ") ?? "";
	console.log(
		`validation digit ${sample}: ${specialists.classes[best] ?? "?"}, asked: ${asked === "" ? "none" : asked}`,
	);
}
await specialists.release();
