/** Every figure that some task tells of a network: what it is called, which of two is better, and how it is shown. */

/** A figure. */
export interface FigureKind {
	/** What tables and pages call it. */
	readonly title: string;
	/** Which of two is better. */
	readonly better: "less" | "more";
	/** How it is shown. */
	readonly as: "count" | "percent" | "number";
}

/** Every figure by its field in reports, events and lines of a log; of several the first is told in short. */
export const figureKinds = {
	errors: { title: "errors", better: "less", as: "count" },
	accuracy: { title: "accuracy", better: "more", as: "percent" },
	balancedAccuracy: { title: "balanced", better: "more", as: "percent" },
	macroF1: { title: "macro F1", better: "more", as: "percent" },
	agreement: { title: "agreement", better: "more", as: "percent" },
	klToTeacher: { title: "KL to teacher", better: "less", as: "number" },
	meanAveragePrecision: { title: "mAP", better: "more", as: "percent" },
	microF1: { title: "micro F1", better: "more", as: "percent" },
	subsetAccuracy: { title: "all labels right", better: "more", as: "percent" },
	hammingLoss: { title: "labels wrong", better: "less", as: "percent" },
	rankingPrecision: { title: "LRAP", better: "more", as: "percent" },
	rmse: { title: "RMSE", better: "less", as: "number" },
	mae: { title: "MAE", better: "less", as: "number" },
	r2: { title: "R²", better: "more", as: "number" },
	intervalCoverage: { title: "in 90 % interval", better: "more", as: "percent" },
	intervalRadius: { title: "± of 90 %", better: "less", as: "number" },
	nll: { title: "NLL", better: "less", as: "number" },
	brier: { title: "Brier", better: "less", as: "number" },
	ece: { title: "ECE", better: "less", as: "percent" },
	rmseToTeacher: { title: "RMSE to teacher", better: "less", as: "number" },
} as const satisfies Record<string, FigureKind>;

/** The name of a figure. */
export type FigureName = keyof typeof figureKinds;

/** Figures of a network on some samples. */
export type Figures = Readonly<Partial<Record<FigureName, number>>>;

/** The names of all figures. */
// Object.keys widens the keys of the table to string.
export const figureNames = Object.keys(figureKinds) as readonly FigureName[];

/** The figures of something that has others fields, too. */
export function figuresIn(record: Figures): Figures {
	const found = figureNames.flatMap((name) => (record[name] === undefined ? [] : [[name, record[name]] as const]));
	return Object.fromEntries(found);
}

/** A figure for people. */
export function figureText(name: FigureName, value: number): string {
	const { as } = figureKinds[name];
	if (as === "count") return String(Math.round(value * 100) / 100);
	return as === "percent" ? `${(100 * value).toFixed(2)} %` : Number(value.toPrecision(4)).toString();
}
