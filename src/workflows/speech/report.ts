/** report.json of `limbeck speech`. */
import { z } from "zod";
import { combine, type Environment, type Measured } from "../../distill/network-report.js";
import type { TrainOutcome } from "../../distill/train-network.js";
import { diagnosisField, listOf, reportHead, written } from "../../report/report-schema.js";
import type { AlignOutcome } from "../../speech/align-corpus.js";
import type { RecognizeOutcome, SpeechFigures } from "../../speech/evaluate.js";
import type { SpeechRecipe } from "./recipe.js";

/** One seed's results. */
export interface SpeechSeedResult {
	readonly seed: number;
	readonly aligned: AlignOutcome;
	/** By the networks' names. */
	readonly trained: Readonly<Record<string, TrainOutcome>>;
	readonly judged: RecognizeOutcome;
}

/** What is reported of one net, or of several that answer as one. */
export interface SpeechNetReport extends SpeechFigures {
	/** Share of the frames that it learned from that it has right; absent for an ensemble, as are the next. */
	readonly trainAccuracy?: number;
	readonly trainSeconds?: number;
	/** Frames that it learned from in a second of training. */
	readonly framesPerSecond?: number;
	/** Of soft targets; chosen on validation. */
	readonly temperature?: number;
}

const triedTemperatureSchema = z.object({
	temperature: z.number(),
	/** Share of the validation frames that its net has right. */
	frameAccuracy: z.number(),
	/** In how many of the seeds it was chosen. */
	chosen: z.number(),
});

/**
 * A temperature that was tried.
 *
 * @interface
 */
export type TriedTemperature = Readonly<z.infer<typeof triedTemperatureSchema>>;

/** A corpus, what should be known of it, and how its frames got their states. */
interface CorpusReport extends Omit<AlignOutcome, "data"> {
	readonly fingerprint: string;
	readonly test: RecognizeOutcome["test"];
}

/**
 * By name: `baseline`, the first net; `members`, the mean of all nets alone; `ensemble`; `student-alone`, a net like
 * the distilled one that learns from hard targets alone; `distilled`; `few-hard`, `few-stopped` and `few-soft`.
 */
const networks = z.record(
	z.string(),
	written<Measured<SpeechNetReport>>({ parameters: z.number(), test: z.looseObject({}) }),
);

/**
 * Share of the ensemble's gain over its members' mean that arrives in the distilled net, on the test; absent where there
 * is no gain.
 */
const gain = z.object({ frameAccuracy: z.number().exactOptional(), wer: z.number().exactOptional() }).exactOptional();

/** The report of an experiment with speech, `schema: 1`. */
export const reportSchema = z.object({
	...reportHead,
	diagnosis: diagnosisField,
	kind: z.literal("speech"),
	recipe: written<SpeechRecipe>({ name: z.string() }),
	corpus: written<CorpusReport>({ fingerprint: z.string() }),
	networks,
	/** Temperatures of soft targets, as validation has them: by what was taught, means over the seeds; old reports have none. */
	temperatures: z.record(z.string(), listOf(triedTemperatureSchema)).default({}),
	/** Word error rates in the test strings of each speaker: by network, then by speaker; means over the seeds; old reports have none. */
	speakers: z.record(z.string(), z.record(z.string(), z.number())).default({}),
	gain,
});

/**
 * The report of an experiment with speech, `schema: 1`.
 *
 * @interface
 */
export type SpeechReport = Readonly<z.infer<typeof reportSchema>>;

/** The report of an experiment in which each speaker is held out in turn, `schema: 1`. */
export const foldsSchema = z.object({
	schema: z.literal(1),
	kind: z.literal("folds"),
	/** Of each speaker, by the name; in old reports they do not say their kind. */
	folds: z.record(z.string(), reportSchema.extend({ kind: z.literal("speech").default("speech") })),
	/** Over the speakers: means and deviations; `seeds` are the speakers' places. */
	networks,
	gain,
});

/**
 * The report of an experiment in which each speaker is held out in turn, `schema: 1`.
 *
 * @interface
 */
export type SpeechFoldsReport = Readonly<z.infer<typeof foldsSchema>>;

/** What a candidate of a choice is called. */
export const candidateName = (choice: string, temperature: number): string => `${choice}-T${String(temperature)}`;

/** What nets are called that differ in their seeds, counted from 1. */
export const memberName = (member: number): string => `net-${String(member)}`;

/** Puts the results of all seeds together. @param created - ISO 8601 time. */
export function assembleSpeechReport(
	recipe: SpeechRecipe,
	results: readonly [SpeechSeedResult, ...SpeechSeedResult[]],
	environment: Environment,
	created: string,
): SpeechReport {
	const [first] = results;
	const { data, notices = [], ...aligned } = first.aligned;
	const told = [...notices, ...(first.judged.notices ?? [])];
	const measured = (of: (result: SpeechSeedResult) => SpeechNetReport): Measured<SpeechNetReport> =>
		combine(results.map((result) => ({ seed: result.seed, measures: of(result) })));
	const single = memberName(1);
	const others = Object.keys(first.judged.models).filter((name) => !/^net-\d+$/.test(name));
	const networks: Readonly<Record<string, Measured<SpeechNetReport>>> = {
		baseline: measured((result) => netReport(result, single, recipe)),
		...(recipe.members > 1 ? { members: measured((result) => meanOfMembers(result, recipe.members)) } : {}),
		...Object.fromEntries(others.map((name) => [name, measured((result) => netReport(result, name, recipe))])),
	};
	return {
		schema: 1,
		kind: "speech",
		created,
		recipe,
		seeds: results.map(({ seed }) => seed),
		corpus: {
			...aligned,
			fingerprint: data.fingerprint,
			test: first.judged.test,
			...(told.length === 0 ? {} : { notices: told }),
		},
		networks,
		temperatures: Object.fromEntries(
			Object.keys(first.judged.choices).map((choice) => [
				choice,
				recipe.temperatures.map((temperature) => triedTemperature(results, choice, temperature)),
			]),
		),
		speakers: speakersOf(results, [single, ...others]),
		...gainOf(networks),
		environment,
	};
}

const meanOver = <T>(all: readonly T[], of: (one: T) => number): number =>
	all.reduce((sum, one) => sum + of(one), 0) / all.length;

function triedTemperature(results: readonly SpeechSeedResult[], choice: string, temperature: number): TriedTemperature {
	const name = candidateName(choice, temperature);
	const choices = results.flatMap(({ judged }) => judged.choices[choice] ?? []);
	return {
		temperature,
		frameAccuracy: meanOver(choices, ({ frameAccuracy }) => frameAccuracy[name] ?? NaN),
		chosen: choices.filter(({ chosen }) => chosen === name).length,
	};
}

/** Of the first net, which is the baseline, and of all that are not one of several. */
function speakersOf(results: readonly SpeechSeedResult[], models: readonly string[]): SpeechReport["speakers"] {
	return Object.fromEntries(
		models.map((model) => {
			const all = results.map(({ judged }) => judged.speakers[model] ?? {});
			const rates = Object.keys(all[0] ?? {}).map((speaker) => {
				return [speaker, meanOver(all, (one) => one[speaker]?.wer ?? NaN)] as const;
			});
			return [model === memberName(1) ? "baseline" : model, Object.fromEntries(rates)];
		}),
	);
}

/** A net, or the one that a choice fell on. */
function netReport({ trained, judged }: SpeechSeedResult, name: string, recipe: SpeechRecipe): SpeechNetReport {
	const [figures, chosen] = [judged.models[name], judged.choices[name]?.chosen];
	if (figures === undefined) throw new TypeError(`report: expected figures of ${name}, got none`);
	const temperature = recipe.temperatures.find((one) => candidateName(name, one) === chosen);
	const { trainAccuracy, trainSeconds, trainSamples = 0, epochs = 0 } = trained[chosen ?? name] ?? {};
	return {
		...figures,
		...(trainAccuracy === undefined ? {} : { trainAccuracy }),
		...(trainSeconds === undefined ? {} : { trainSeconds, framesPerSecond: (trainSamples * epochs) / trainSeconds }),
		...(temperature === undefined ? {} : { temperature }),
	};
}

function meanOfMembers({ judged }: SpeechSeedResult, members: number): SpeechFigures {
	const figures = Array.from({ length: members }, (_, k) => judged.models[memberName(k + 1)]).flatMap(
		(one) => one ?? [],
	);
	return meanOf(combine(figures.map((measures, seed) => ({ seed, measures }))));
}

/** A mean without its deviations. */
function meanOf<T>(measured: Measured<T>): T {
	const mean = Object.entries(measured).filter(([field]) => field !== "std" && field !== "seeds");
	// The mean keeps the shape.
	return Object.fromEntries(mean) as T;
}

/** Puts the reports of all speakers together, who are as many draws from one population. */
export function assembleFolds(folds: SpeechFoldsReport["folds"]): SpeechFoldsReport {
	const reports = Object.values(folds);
	const names = Object.keys(reports[0]?.networks ?? {});
	const networks = Object.fromEntries(
		names.map((name) => [
			name,
			combine(
				reports.flatMap((report, seed) => {
					const net = report.networks[name];
					return net === undefined ? [] : [{ seed, measures: meanOf<SpeechNetReport>(net) }];
				}),
			),
		]),
	);
	return { schema: 1, kind: "folds", folds, networks, ...gainOf(networks) };
}

function gainOf({ members, ensemble, distilled }: SpeechReport["networks"]): Pick<SpeechReport, "gain"> {
	if (members === undefined || ensemble === undefined || distilled === undefined) return {};
	const shareOf = (of: (net: Measured<SpeechNetReport>) => number): number | undefined => {
		const gain = of(ensemble) - of(members);
		return gain > 0 ? (of(distilled) - of(members)) / gain : undefined;
	};
	const frameAccuracy = shareOf(({ test }) => test.frameAccuracy);
	const wer = shareOf(({ test }) => -test.connected.wer);
	return {
		gain: { ...(frameAccuracy === undefined ? {} : { frameAccuracy }), ...(wer === undefined ? {} : { wer }) },
	};
}
