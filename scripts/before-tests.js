// Brings dist/ up to date before any test runs: an edit under src/ is what the tests of dist/ see.
import { build } from "./build.js";

export default async function beforeTests() {
	if ((await build()) !== 0) throw new Error("The sources do not compile: see above.");
}
