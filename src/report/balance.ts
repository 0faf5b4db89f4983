/** What stands beside accuracy where classes are so unequal that it misleads. */
import type { ClassBalance } from "../metrics/index.js";
import type { Column } from "./columns.js";
import { percent } from "./numbers.js";

/** How good a model is when every class counts alike; absent without labels. */
export interface Balanced {
	readonly balancedAccuracy?: number | undefined;
	readonly macroF1?: number | undefined;
}

const share = (value: number | undefined): string => (value === undefined ? "–" : percent(value));

const columns: readonly Column<Balanced>[] = [
	{ heading: "balanced accuracy", cell: ({ balancedAccuracy }) => share(balancedAccuracy) },
	{ heading: "macro F1", cell: ({ macroF1 }) => share(macroF1) },
];

/** The columns that follow accuracy: none where classes are equal enough. */
export function balancedColumns(balance: ClassBalance | undefined): readonly Column<Balanced>[] {
	return balance?.unequal === true ? columns : [];
}
