/** sharp, loaded only by whoever decodes pictures. */
import type Sharp from "sharp";
import { LimbeckError } from "../../errors.js";

/**
 * The module sharp, set for many small pictures: a thread for each, and nothing to remember of any.
 *
 * @throws LimbeckError `environment` where sharp does not run on this machine.
 */
export async function loadSharp(): Promise<typeof Sharp> {
	try {
		const { default: sharp } = await import("sharp");
		sharp.concurrency(1);
		sharp.cache(false);
		return sharp;
	} catch (cause) {
		throw new LimbeckError("environment", {
			where: "pictures",
			expected: "the npm package sharp with its binaries for this machine",
			got: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
			hint: "Run `npm install sharp --include=optional`.",
			cause,
		});
	}
}
