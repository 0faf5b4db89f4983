/** Whether networks were trained well enough to be judged. */
import { mean } from "../../metrics/index.js";
import {
	capital,
	type Evidence,
	type Findings,
	figure,
	type NetworkEvidence,
	optionOf,
	percent,
	type RunEvidence,
	runsWith,
	type TrainingEvidence,
	which,
} from "./evidence.js";

/** A share of test samples from which on a network has plainly learned its task, however it was trained. */
const plainlyLearned = 0.99;

const hasLearned = ({ quality }: RunEvidence): boolean => (quality?.accuracy ?? 0) >= plainlyLearned;

/** The mean loss of a part of a training, from one share of it to another. */
function lossBetween({ losses }: TrainingEvidence, from: number, to: number): number {
	const [first, last] = [from, to].map((share) => Math.floor(share * losses.length));
	const some = losses.slice(first, Math.max(last ?? 0, (first ?? 0) + 1));
	return mean(some.map(({ loss }) => loss));
}

/** Fewer steps than these hardly ever train a network from its first weights. */
const leastSteps = 100;
/** With fewer than these, a network whose loss still falls steeply at the end is not done. */
const manySteps = 1000;
/** What the loss of the last fifth is of that of the fifth before, where it falls steeply. */
const steep = 0.75;
/** What is proposed instead. */
const properSteps = 1000;

/** A network that took so few steps that its figures say nothing of it. */
export function tooFewSteps(network: NetworkEvidence): Findings {
	const few = runsWith(network, (run) => {
		const { training } = run;
		if (training === undefined || hasLearned(run) || training.steps >= manySteps) return undefined;
		if (training.steps < leastSteps) return { ...training, falls: "" };
		if (!training.steady) return undefined;
		const isSteep = lossBetween(training, 0.8, 1) < steep * lossBetween(training, 0.6, 0.8);
		return isSteep ? { ...training, falls: ", and its loss was still falling" } : undefined;
	});
	const [first] = few;
	if (first === undefined) return [];
	const { steps, epochs, falls } = first.found;
	const proposed = Math.ceil((epochs * properSteps) / steps);
	return [
		{
			text: `${capital(network.title)} took ${String(steps)} ${steps === 1 ? "step" : "steps"}${falls}${which(few, network)}: too few to judge it by.`,
			hint: `Train it longer, such as --set ${optionOf(network, "epochs")}=${String(proposed)}, or with a smaller ${optionOf(network, "batch")}.`,
		},
	];
}

/** Points of a curve that say whether it falls. */
const leastPoints = 10;
/** What is left of a loss that has fallen, at most. */
const fallen = 0.98;

/** A network whose training loss is at the end what it was in the beginning. */
export function lossNeverFell(network: NetworkEvidence): Findings {
	const flat = runsWith(network, (run) => {
		const { training } = run;
		if (training?.steady !== true || training.losses.length < leastPoints || hasLearned(run)) return undefined;
		const [first, last] = [lossBetween(training, 0, 0.1), lossBetween(training, 0.9, 1)];
		return last < fallen * first ? undefined : { first, last };
	});
	const [one] = flat;
	if (one === undefined) return [];
	const { first, last } = one.found;
	return [
		{
			text: `The training loss of ${network.title} never fell${which(flat, network)}: ${figure(first)} in the first steps, ${figure(last)} in the last.`,
			hint: `Try another learning rate (${optionOf(network, "optimizer")}), and look whether labels and samples belong together.`,
		},
	];
}

/** So many times the loss of the first steps is orders of magnitude. */
const jump = 10;

/** A network whose training loss jumped by orders of magnitude, or began there. */
export function lossJumped(network: NetworkEvidence, { labels }: Evidence): Findings {
	const guessing = Math.log(labels?.classes.length ?? 2);
	const wild = runsWith(network, ({ training }) => {
		if (training?.steady !== true) return undefined;
		const [beginning] = training.losses;
		const first = Math.max(lossBetween(training, 0, 0.1), guessing);
		const highest = training.losses.reduce((top, point) => (point.loss > top.loss ? point : top), { step: 0, loss: 0 });
		if (labels !== undefined && training.hard && (beginning?.loss ?? 0) > jump * guessing) {
			return `began at ${figure(beginning?.loss ?? 0)}, where guessing has ${figure(guessing)}`;
		}
		if (highest.loss <= jump * first) return undefined;
		return `jumped to ${figure(highest.loss)} about step ${String(highest.step)}, from ${figure(first)} in the first steps`;
	});
	const [one] = wild;
	if (one === undefined) return [];
	return [
		{
			text: `The training loss of ${network.title} ${one.found}${which(wild, network)}.`,
			hint:
				`Look whether the samples are scaled alike; a smaller learning rate (${optionOf(network, "optimizer")}) and ` +
				`--set ${optionOf(network, "clipNorm")}=1 keep steps small.`,
		},
	];
}

/** So many points of accuracy between training and validation are learned by heart. */
const farAbove = 0.1;
/** And beyond so many standard errors of the validation's share. */
const standardErrors = 3;

/** A network that is far better on what it learned from than on the validation split. */
export function overfitted(network: NetworkEvidence, { validation }: Evidence): Findings {
	const over = runsWith(network, ({ learned, training }) => {
		const seen = learned?.accuracy;
		const other = training?.validationAccuracy;
		if (seen === undefined || other === undefined) return undefined;
		const error = Math.sqrt((other * (1 - other)) / validation);
		return seen - other >= Math.max(farAbove, standardErrors * error) ? { seen, other } : undefined;
	});
	const [one] = over;
	if (one === undefined) return [];
	const { seen, other } = one.found;
	return [
		{
			text:
				`${capital(network.title)} has learned by heart${which(over, network)}: right on ${percent(seen)} of the samples that it ` +
				`learned from, on ${percent(other)} of the validation samples.`,
			hint: `More training samples help; so do --set ${optionOf(network, "keep")}=best, fewer epochs, and for images ${optionOf(network, "jitter")} or ${optionOf(network, "augment")}.`,
		},
	];
}
