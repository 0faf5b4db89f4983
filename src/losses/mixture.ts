import { z } from "zod";
import { choiceOf, extended } from "../choices.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { cast } from "../ops/index.js";
import { scaled } from "../ops/rules.js";
import type { ObjectivePartChoice, ObjectivePartInput } from "../recipe-types.js";
import { taskNames } from "../tasks/names.js";
import { defineLoss, type InnerValues, type LossInputs } from "./loss.js";
import { singleLosses, singleLossOf, withRole } from "./table.js";
import { weightFactor, weightScheduleOptions } from "./weight-schedules.js";

const share = {
	weight: z.number().gt(0).default(1).describe("factor of this objective in the sum"),
	schedule: weightScheduleOptions.optional().describe("how the weight changes over training; not at all where absent"),
};

/** The objectives that a mixture may have, each with its share. @internal */
export const partOptions = choiceOf(
	"name",
	withRole(singleLosses, "labels", "teacher", "inside").map(({ options }) => extended(options, share)),
);

type Part = ObjectivePartChoice;

/** The same with its types by their names: what is published of a mixture then stays short. */
const part: z.ZodType<Part, ObjectivePartInput> = partOptions;

const options = z.strictObject({
	name: z.literal("mixture").describe("a weighted sum of objectives"),
	of: z
		.array(part)
		.min(1)
		.refine((parts) => parts.some((part) => needsOf(part).includes("student")), {
			error: "an objective on the student's outputs among them, such as soft-targets or cross-entropy",
		})
		.describe("the objectives, each with its weight"),
});

/**
 * A mixture of objectives: Σ_k w_k s_k(progress) L_k, with the weight w_k of each and, where it has a schedule, the
 * factor s_k at the share of the run that is done.
 */
export const mixture = defineLoss({
	role: "teacher",
	// Its parts decide.
	tasks: taskNames,
	options,
	needs: ({ of }) => [
		...new Set(of.flatMap((part) => [...needsOf(part), ...(part.schedule ? (["progress"] as const) : [])])),
	],
	parts: ({ of }) => of,
	temperatures: ({ of }) => [...new Set(of.flatMap((part) => singleLossOf(part).temperatures?.(part) ?? []))],
	isScheduled: ({ of }) => of.some(({ schedule }) => schedule !== undefined),
	parameters: ({ of }, inner) =>
		of.flatMap(
			(part, index) =>
				singleLossOf(part)
					.parameters?.(part, inner)
					.map((one) => ({ ...one, name: ownName(index, one.name) })) ?? [],
		),
	build(g, inputs, { of }) {
		const terms = of.map((part, index) => {
			const loss = singleLossOf(part).build(g, { ...inputs, ...ownParameters(inputs, index) }, part);
			const weighted = part.weight === 1 ? loss : scaled(g, loss, part.weight);
			return part.schedule === undefined ? weighted : scheduled(g, weighted, part.schedule, inputs);
		});
		return terms.reduce((sum, term) => g.op("Add", [sum, term]));
	},
});

function scheduled(
	g: Graph,
	loss: Value,
	schedule: z.infer<typeof weightScheduleOptions>,
	{ progress }: LossInputs,
): Value {
	return g.op("Mul", [loss, weightFactor(g, cast(g, progress, loss.type), schedule)]);
}

const needsOf = (part: Part): readonly (keyof LossInputs)[] => singleLossOf(part).needs(part);

const ownName = (index: number, name: string): string => `${String(index)}/${name}`;

/** The inner values for one part: of the parameters it sees its own. */
function ownParameters({ inner }: Partial<LossInputs>, index: number): { readonly inner?: InnerValues } {
	if (inner === undefined) return {};
	return { inner: { ...inner, parameter: (name) => inner.parameter(ownName(index, name)) } };
}
