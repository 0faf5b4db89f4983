import type { ErrorCategory } from "../errors.js";

/** Exit codes by the kind of error; 0 is success, 1 a defect of our own. Documented in the README. */
export const exitCodes = {
	internal: 1,
	usage: 2,
	data: 3,
	model: 4,
	training: 5,
	file: 6,
	"disk-full": 7,
	environment: 8,
	interrupted: 130,
} as const satisfies Record<ErrorCategory, number>;
