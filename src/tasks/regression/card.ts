import { figureText } from "../figures.js";
import type { TaskCard } from "../task.js";

/** The card of a network of numbers. */
export const regressionCard: TaskCard = {
	title: "Regression",
	output: "numbers in their units",
	code: [
		'import { loadModel } from "limbeck/predict";',
		"",
		'const model = await loadModel("this-folder", { task: "regression" });',
		"const { values, intervals } = await model.predict(sample);",
	],
	transformers: {
		problemType: "regression",
		code: [
			'import { AutoModel, AutoProcessor, load_image } from "@huggingface/transformers";',
			"",
			'const processor = await AutoProcessor.from_pretrained("this-folder");',
			'const model = await AutoModel.from_pretrained("this-folder", { dtype: "fp32" });',
			"const { values } = await model(await processor(await load_image(image)));",
		],
	},
	chosen: {
		list: "radii",
		title: "So near were 90 % of the true numbers on the validation split",
		text: (radius) => `± ${figureText("intervalRadius", radius)}`,
	},
	limit: () => "It answers with numbers, whatever it is shown; its intervals are as wide for every sample.",
};
