#!/usr/bin/env node
// Kept to syntax that a Node too old for Limbeck can parse, and without static imports, so that it can say so.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major > 20 || (major === 20 && minor >= 19)) {
	launch();
} else {
	console.error(`limbeck: expected Node 20.19 or later, got ${process.versions.node}. Install a newer Node.`);
	process.exitCode = 2;
}

async function launch() {
	const { existsSync } = await import("node:fs");
	// Only a checkout has scripts/; the published package comes built.
	const builder = new URL("../scripts/build.js", import.meta.url);
	if (existsSync(builder)) {
		const { build } = await import(builder.href);
		process.exitCode = await build();
		if (process.exitCode !== 0) return;
	}
	const { main } = await import("../dist/start/main.js");
	process.exitCode = await main(process.argv.slice(2));
}
