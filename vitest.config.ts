import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["src/**/*.test.ts", "test/**/*.test.ts"],
		// A crash of native code takes its process along: in a fork, it takes one test file and no more.
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 180_000,
		hookTimeout: 180_000,
	},
});
