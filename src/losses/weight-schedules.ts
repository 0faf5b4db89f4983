/** How the weight of an objective in a mixture changes over training: nodes that turn progress into a factor. */
import { z } from "zod";
import { entryChoice } from "../choices.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { scaled } from "../ops/rules.js";

/** One schedule: its options, and its factor as nodes. */
interface WeightSchedule<Options extends z.ZodType> {
	readonly options: Options;
	/** @param progress - scalar in [0, 1): the share of the steps that is done. */
	readonly factor: (g: Graph, progress: Value, options: z.infer<Options>) => Value;
}

const ramp = {
	from: z.number().min(0).default(0).describe("factor of the weight before"),
	to: z.number().min(0).default(1).describe("factor of the weight after"),
	start: z.number().min(0).lt(1).default(0).describe("share of training at which it begins to change"),
	end: z.number().gt(0).max(1).default(1).describe("share of training at which it has changed"),
};

type Ramp = z.infer<z.ZodObject<typeof ramp>>;

const endsLater = ({ start, end }: Ramp): boolean => start < end;
const laterEnd = { error: "a number more than start", path: ["end"] };

const linearOptions = z
	.strictObject({ name: z.literal("linear").describe("evenly from one factor to another"), ...ramp })
	.refine(endsLater, laterEnd);
const cosineOptions = z
	.strictObject({ name: z.literal("cosine").describe("the same, slower at both ends"), ...ramp })
	.refine(endsLater, laterEnd);
const stepsOptions = z
	.strictObject({
		name: z.literal("steps").describe("by jumps"),
		at: z.array(z.number().gt(0).lt(1)).min(1).describe("shares of training at which it jumps, rising: [0.5, 0.75]"),
		factors: z
			.array(z.number().min(0))
			.min(1)
			.describe("factor of the weight after each jump; before the first it is 1"),
	})
	.refine(({ at, factors }) => at.length === factors.length, { error: "a factor for each jump", path: ["factors"] })
	.refine(({ at }) => at.every((place, index) => index === 0 || place > (at[index - 1] ?? 0)), {
		error: "rising numbers",
		path: ["at"],
	});

/** How far a ramp has come: 0 before it, 1 after it. */
function done(g: Graph, progress: Value, { start, end }: Ramp): Value {
	const share = scaled(g, g.op("Sub", [progress, g.scalar(start, progress)]), 1 / (end - start));
	return g.op("Clip", [share, g.scalar(0, progress), g.scalar(1, progress)]);
}

/** from + (to − from) s */
const between = (g: Graph, share: Value, { from, to }: Ramp): Value =>
	g.op("Add", [scaled(g, share, to - from), g.scalar(from, share)]);

const linear: WeightSchedule<typeof linearOptions> = {
	options: linearOptions,
	factor: (g, progress, options) => between(g, done(g, progress, options), options),
};

/** from + (to − from) (1 − cos πs) / 2 */
const cosine: WeightSchedule<typeof cosineOptions> = {
	options: cosineOptions,
	factor: (g, progress, options) => {
		const wave = g.op("Cos", [scaled(g, done(g, progress, options), Math.PI)]);
		return between(g, scaled(g, g.op("Sub", [g.scalar(1, progress), wave]), 0.5), options);
	},
};

const steps: WeightSchedule<typeof stepsOptions> = {
	options: stepsOptions,
	factor: (g, progress, { at, factors }) =>
		at.reduce(
			(factor, place, index) => {
				const passed = g.op("GreaterOrEqual", [progress, g.scalar(place, progress)]);
				return g.op("Where", [passed, g.scalar(factors[index] ?? 1, progress), factor]);
			},
			g.scalar(1, progress),
		),
};

const weightSchedules = { linear, cosine, steps } as const;

/** A schedule's name and options, as a recipe writes it. */
export const weightScheduleOptions = entryChoice(weightSchedules);

/** The factor of a weight as a scalar of progress's type. */
export function weightFactor(g: Graph, progress: Value, options: z.infer<typeof weightScheduleOptions>): Value {
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	const schedule = weightSchedules[options.name] as WeightSchedule<z.ZodType<typeof options>>;
	return schedule.factor(g, progress, options);
}
