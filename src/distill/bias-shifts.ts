/** What a shift mends in a model that has not seen some classes. */
import {
	falseAlarmShift,
	leastErrorsShift,
	type ShiftedErrors,
	type ShiftInput,
	shiftedErrors,
} from "../metrics/index.js";

/** A shift of the logits of classes that a model has not seen, all by the same number. */
export interface BiasShiftRequest {
	readonly model: string;
	/** The classes that are shifted. */
	readonly omitted: readonly number[];
	/**
	 * How it is chosen: by false alarms among validation samples of the other classes, without one of these; by the errors
	 * on all validation samples; or, as in Hinton et al. 2015, §3, by those on the test samples themselves.
	 */
	readonly by: "false-alarms" | "validation" | "test";
}

/** What a shift does on the test split. */
export interface BiasShift {
	/** Added to the logits of the omitted classes. */
	readonly shift: number;
	readonly before: ShiftedErrors;
	readonly after: ShiftedErrors;
	/** Test samples of the omitted classes. */
	readonly omittedSamples: number;
}

/** The ways to choose a shift, by the split that each is given. */
const choices: Readonly<
	Record<
		BiasShiftRequest["by"],
		{ readonly split: "validation" | "test"; readonly choose: (input: ShiftInput) => number }
	>
> = {
	"false-alarms": { split: "validation", choose: falseAlarmShift },
	validation: { split: "validation", choose: leastErrorsShift },
	test: { split: "test", choose: leastErrorsShift },
};

/** Chooses a shift and tells what it does. */
export function biasShiftOf(
	{ by }: BiasShiftRequest,
	splits: Readonly<Record<"validation" | "test", ShiftInput>>,
): BiasShift {
	const { split, choose } = choices[by];
	const { test } = splits;
	const shift = choose(splits[split]);
	return {
		shift,
		before: shiftedErrors(test, 0),
		after: shiftedErrors(test, shift),
		omittedSamples: Array.from(test.labels).filter((label) => test.omitted.includes(label)).length,
	};
}
