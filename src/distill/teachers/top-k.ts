/** Targets of the k most probable classes. */
import { LimbeckError } from "../../errors.js";
import { type FoundForm, leastProbability, type OutputForm } from "../../predict/output-form.js";
import type { TargetRow } from "./target-files.js";

/** How far the mass of the k may be above 1. */
const tolerance = 1e-3;

/**
 * What the numbers of top-k targets are, where nobody says: probabilities where none is negative and no row exceeds one,
 * log-probabilities where that holds of the exponentials, else logits.
 *
 * @param set - whether a person has set what they are, and is believed.
 * @throws LimbeckError (`model`) for numbers that are not finite or do not fit what they are said to be; (`data`) for
 * probabilities in a field called logits.
 */
export function topKForm(
	values: readonly (readonly number[])[],
	told: FoundForm | undefined,
	where: string,
	set: boolean,
): FoundForm {
	const bad = values.findIndex((row) => row.some((value) => Number.isNaN(value) || value === Infinity));
	if (bad !== -1) {
		const got = "NaN or infinity";
		throw new LimbeckError("model", { where: `${where}: row ${String(bad)}`, expected: "finite numbers", got });
	}
	const isMass = (row: readonly number[]): boolean => row.every((value) => value >= 0) && sum(row) <= 1 + tolerance;
	const check = { probabilities: isMass, "log-probabilities": (row: readonly number[]) => isMass(row.map(Math.exp)) };
	const forms = ["probabilities", "log-probabilities"] as const;
	if (told === undefined) {
		const form = forms.find((name) => values.every(check[name]));
		return form === undefined
			? { form: "logits", reason: "rows are no part of a distribution" }
			: { form, reason: `rows are ${form} that sum to one at most` };
	}
	const { form } = told;
	const known = forms.find((name) => name === form);
	if (known === undefined && form !== "logits") {
		const expected = `logits, ${forms.join(" or ")} of the most probable classes`;
		throw new LimbeckError("usage", { where: `${where}: outputs`, expected, got: form });
	}
	if (form === "logits" && !set && values.every(isMass)) {
		throw new LimbeckError("data", {
			where,
			expected: `logits, as ${told.reason}`,
			got: "what looks like probabilities: no number is negative, and no row exceeds one",
			hint: "Set teacher.outputs=probabilities, or call the field probabilities; if they are logits: teacher.outputs=logits.",
		});
	}
	const wrong = known === undefined ? -1 : values.findIndex((row) => !check[known](row));
	if (wrong === -1) return told;
	throw new LimbeckError("model", {
		where: `${where}: row ${String(wrong)}`,
		expected: `${form} that are not negative and sum to 1 at most`,
		got: (values[wrong] ?? []).slice(0, 8).join(", "),
	});
}

/** How top-k targets become whole. */
interface TopKOptions {
	readonly form: OutputForm;
	readonly remaining: "spread" | "drop";
	/** How many classes there are in all. */
	readonly outputs: number;
}

/**
 * A row of top-k targets as logits `[outputs]`: log max(p, 10⁻¹²), where the classes outside the k share 1 − Σ p evenly
 * (spread), or have nothing and the k are made a distribution (drop). The latter alone is open to logits, which do not
 * tell what they leave.
 *
 * @throws LimbeckError (`data`, `usage`) for indices out of range or given twice, and for logits to be spread.
 */
export function topKLogits(
	{ fields: { indices = [] }, where }: TargetRow,
	values: readonly number[],
	{ form, remaining, outputs }: TopKOptions,
): readonly number[] {
	const wrong = indices.find((index, at) => !(index >= 0 && index < outputs) || indices.indexOf(index) !== at);
	if (wrong !== undefined) {
		const expected = `different indices below ${String(outputs)}`;
		throw new LimbeckError("data", { where: `${where}: indices`, expected, got: String(wrong) });
	}
	if (form === "logits" && remaining === "spread") {
		throw new LimbeckError("usage", {
			where,
			expected: "top-k probabilities or log-probabilities, which tell what mass they leave",
			got: "logits",
			hint: 'Store log-probabilities, or set teacher.remaining to "drop".',
		});
	}
	const highest = values.reduce((most, value) => Math.max(most, value), -Infinity);
	const masses = form === "probabilities" ? values : values.map((z) => Math.exp(form === "logits" ? z - highest : z));
	const total = sum(masses);
	const share = remaining === "drop" ? 1 / total : 1;
	const rest = remaining === "drop" ? 0 : Math.max(0, 1 - total) / Math.max(1, outputs - indices.length);
	const logits = new Array<number>(outputs).fill(Math.log(Math.max(rest, leastProbability)));
	for (const [at, index] of indices.entries()) {
		logits[index] = Math.log(Math.max((masses[at] ?? 0) * share, leastProbability));
	}
	return logits;
}

function sum(values: readonly number[]): number {
	return values.reduce((left, right) => left + right, 0);
}
