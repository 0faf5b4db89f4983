/** What is shown beside accuracy where classes are so unequal that it misleads. */
import type { ClassBalance } from "../metrics/index.js";
import type { Column } from "./columns.js";
import { percentSpread } from "./numbers.js";

interface Measures {
	readonly balancedAccuracy?: number | undefined;
	readonly macroF1?: number | undefined;
}

/** How good a model is when every class counts alike, with deviations over seeds; absent without labels. */
export interface Balanced extends Measures {
	readonly std?: Measures | undefined;
}

const columns: readonly Column<Balanced>[] = [
	{
		heading: "balanced accuracy",
		cell: ({ balancedAccuracy, std }) => percentSpread(balancedAccuracy, std?.balancedAccuracy),
	},
	{ heading: "macro F1", cell: ({ macroF1, std }) => percentSpread(macroF1, std?.macroF1) },
];

/** Whether the classes that figures rest on are so unequal that accuracy misleads. */
export function isUnequal({ balance }: { readonly balance?: ClassBalance | undefined }): boolean {
	return balance?.unequal === true;
}

/** The columns that follow accuracy: none where classes are equal enough. */
export function balancedColumns(unequal: boolean): readonly Column<Balanced>[] {
	return unequal ? columns : [];
}
