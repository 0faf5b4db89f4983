import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests of whole commands and of faults take longest: begun last, they would run alone at the end. */
class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const folders = ["/test/faults/", "/test/cli/", "/test/", "/src/"];
		const placeOf = ({ moduleId }: TestSpecification): number =>
			folders.findIndex((folder) => moduleId.includes(folder));
		const sorted = await super.sort(files);
		return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
	}
}

export default defineConfig({
	test: {
		include: ["src/**/*.test.ts", "test/**/*.test.ts"],
		// A crash of native code takes its process along: in a fork, it takes one test file and no more.
		pool: "forks",
		// Tests of the command line, of its processes and of the package run what is built.
		globalSetup: "scripts/before-tests.js",
		// Tests of whole commands wait for processes of their own: one more than the cores keeps both at work.
		maxWorkers: 3,
		sequence: { sequencer: LongestFirst },
		testTimeout: 180_000,
		hookTimeout: 180_000,
	},
});
