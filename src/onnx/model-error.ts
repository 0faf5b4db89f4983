import { LimbeckError } from "../errors.js";

/** A {@link LimbeckError} of category `model`. */
export function modelError(where: string, expected: string, got: string, hint?: string): LimbeckError {
	return new LimbeckError("model", { where, expected, got, ...(hint === undefined ? {} : { hint }) });
}

/** A name of the file, quoted and cut to a length that a message can carry: names may be hostile. */
export function quote(name: string): string {
	return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
