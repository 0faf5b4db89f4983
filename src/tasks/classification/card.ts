import type { TaskCard } from "../task.js";

/** A classifier's card. */
export const classificationCard: TaskCard = {
	title: "Classifier",
	output: "softmax gives probabilities",
	code: [
		'import { loadClassifier } from "limbeck/predict";',
		"",
		'const classifier = await loadClassifier("this-folder");',
		"const { label, probabilities } = await classifier.predict(sample);",
	],
	transformers: {
		pipeline: "image-classification",
		code: [
			'import { pipeline } from "@huggingface/transformers";',
			"",
			'const classify = await pipeline("image-classification", "this-folder", { dtype: "fp32" });',
			"const [best] = await classify(image);",
		],
	},
	limit: (names) => `It knows ${String(names)} classes and answers with one of them, whatever it is shown.`,
};
