import { sigmoid } from "../../metrics/sigmoid.js";
import type { TaskCard } from "../task.js";

/** A multi-label classifier's card. */
export const multiLabelCard: TaskCard = {
	title: "Multi-label classifier",
	output: "sigmoid gives the probability of each label by itself",
	code: [
		'import { loadModel } from "limbeck/predict";',
		"",
		'const model = await loadModel("this-folder", { task: "multi-label" });',
		"const { labels, probabilities } = await model.predict(sample);",
	],
	transformers: {
		pipeline: "image-classification",
		problemType: "multi_label_classification",
		code: [
			'import { AutoModelForImageClassification, AutoProcessor, load_image } from "@huggingface/transformers";',
			"",
			'const processor = await AutoProcessor.from_pretrained("this-folder");',
			'const model = await AutoModelForImageClassification.from_pretrained("this-folder", { dtype: "fp32" });',
			"const { logits } = await model(await processor(await load_image(image)));",
			"const probabilities = logits.sigmoid();",
		],
		note:
			'`pipeline("image-classification")` loads the folder too, but makes a softmax of the logits, whatever `problem_type` ' +
			"is (version 4.3.1): it gives the labels in the right order, and scores that are no probabilities.",
	},
	chosen: {
		list: "thresholds",
		title: "A label is said to hold from this probability on, by its best F1 on the validation split",
		text: (logit) => `${(100 * sigmoid(logit)).toFixed(1)} %`,
	},
	limit: (names) => `It knows ${String(names)} labels, and nothing of others.`,
};
