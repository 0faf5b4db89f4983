/** What the figures of single networks mean. */
import { byChanceOf, canShowSkill, chanceLevel } from "../../metrics/index.js";
import {
	amount,
	capital,
	type Evidence,
	type Findings,
	figure,
	listed,
	type NetworkEvidence,
	percent,
	runsWith,
	which,
} from "./evidence.js";

/** A network that is no better than guessing, however unequal the classes are. */
export function guessing(network: NetworkEvidence, { labels, test, split }: Evidence): Findings {
	if (labels === undefined) return [];
	// Samples of one class only, or so few that not even a perfect network would be shown to know anything.
	if (!canShowSkill(labels.samples)) return [];
	const poor = runsWith(network, ({ quality, predicted }) => {
		const accuracy = quality?.accuracy;
		if (accuracy === undefined || predicted === undefined) return undefined;
		const right = Math.round(accuracy * test);
		return byChanceOf(right, { samples: labels.samples, predicted }) > chanceLevel ? accuracy : undefined;
	});
	const [one] = poor;
	if (one === undefined) return [];
	const { title, fieldOf } = network;
	const most = percent(labels.balance.majorityShare);
	return [
		{
			text:
				`${capital(title)} is no better than guessing${which(poor, network)}: right on ${percent(one.found)} of ` +
				`${amount(test)} ${split} samples, where always predicting the most frequent class is right on ${most}.`,
			hint:
				fieldOf === undefined
					? readingHint(network, "at which of its outputs is which class", ["input", "outputs", "classes"])
					: `Look whether its loss fell; train it longer (${fieldOf("epochs")}), or give it other samples or sizes.`,
		},
	];
}

/** What can be looked at where a model's file was given; nothing where a run put it together. */
function readingHint({ option }: NetworkEvidence, what: string, fields: readonly string[]): string | undefined {
	if (option === undefined) return undefined;
	return `Look at how it reads its samples, and ${what}: ${fields.map((field) => `${option}.${field}`).join(", ")}.`;
}

/** So many times the likelihood's loss of guessing is absurd. */
const absurd = 10;

/** A network whose negative log-likelihood is far above that of guessing: it is sure of what is wrong. */
export function absurdLikelihood(network: NetworkEvidence, { labels }: Evidence): Findings {
	const { length = 0 } = labels?.classes ?? {};
	const sure = runsWith(network, ({ quality }) => {
		const nll = quality?.nll ?? 0;
		return length > 1 && nll > absurd * Math.log(length) ? nll : undefined;
	});
	const [one] = sure;
	if (one === undefined) return [];
	const guess = figure(Math.log(length));
	const { title, fieldOf } = network;
	return [
		{
			text:
				`The NLL of ${title} is ${figure(one.found)}${which(sure, network)}, where guessing has ${guess}: its outputs are ` +
				"far too large for what they are worth.",
			hint:
				fieldOf === undefined
					? readingHint(network, "whether its outputs are logits", ["input", "outputs"])
					: `Look whether the samples are scaled alike; a smaller learning rate (${fieldOf("optimizer")}) and ${fieldOf("clipNorm")}=1 keep weights small.`,
		},
	];
}

/** So many test samples of a class are enough to miss its predictions. */
const enough = 5;
/** With fewer, the chance that a network as accurate as this one would predict none of them. */
const unlikely = 0.05;

/** A network that never predicts some of the classes of the samples. */
export function neverPredicted(network: NetworkEvidence, { labels, split }: Evidence): Findings {
	if (labels === undefined) return [];
	const { samples, classes } = labels;
	const missing = runsWith(network, ({ predicted, quality }) => {
		const wrong = 1 - (quality?.accuracy ?? 0);
		const none = samples.flatMap((count, c) => {
			const counts = count >= enough || (count > 0 && wrong ** count < unlikely);
			return counts && predicted?.[c] === 0 ? [c] : [];
		});
		return predicted === undefined || none.length === 0 ? undefined : none;
	});
	const [one] = missing;
	if (one === undefined) return [];
	const named = one.found.map((c) => `${JSON.stringify(classes[c])} (${amount(samples[c] ?? 0)} ${split} samples)`);
	const what = named.length === 1 ? "the class" : `${String(named.length)} of ${String(classes.length)} classes:`;
	return [
		{
			text: `${capital(network.title)} never predicts ${what} ${listed(named)}${which(missing, network)}.`,
			hint: "Look whether the training samples have enough of them; `limbeck evaluate --details` has the accuracy of every class.",
		},
	];
}

/** Classes so unequal that accuracy misleads. */
export function unequalClasses(
	{ balance, classes, samples }: NonNullable<Evidence["labels"]>,
	{ split }: Evidence,
): Findings {
	if (!balance.unequal) return [];
	const most = samples.indexOf(Math.max(...samples));
	return [
		{
			text:
				`The classes are very unequal: ${JSON.stringify(classes[most])} has ${percent(balance.majorityShare)} of the ${split} samples, ` +
				"and always predicting it has that accuracy.",
			hint: "Go by balanced accuracy and macro F1, which count every class alike.",
		},
	];
}
