import { LimbeckError } from "../errors.js";

/** The error (`environment`) for an engine's package that cannot be loaded. */
export function missingModule(where: string, expected: string, hint: string, cause: unknown): LimbeckError {
	const got = cause instanceof Error ? cause.message : String(cause);
	return new LimbeckError("environment", { where, expected, got, hint, cause });
}
