// Builds the documentation's site into docs/.vitepress/dist: guides from README.md, recipes from their schemas, the API
// from the sources, then all pages. `npm run docs`, once dist/ is up to date; `npm run docs -- dev` serves it.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workflows } from "../dist/workflows/index.js";

const root = join(import.meta.dirname, "..");
const docs = join(root, "docs");

/** Runs a program of node_modules/.bin or node itself. @returns what it prints; ends where it fails. */
function run(command, args, stdio = "inherit") {
	const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8", stdio, maxBuffer: 2 ** 26 });
	if (status !== 0) process.exit(status ?? 1);
	return stdout;
}

/** Guides by the headings of README.md that they are made of. */
const guides = {
	teachers: ["Any teacher", "Use any teacher"],
	data: ["Your own data", "Use your own data"],
	chains: ["Assistants, generations, fewer samples", "Chains, generations, few samples"],
	specialists: ["A generalist and specialists", "Generalist and specialists"],
	studies: ["Questions, answered", "Ask the paper's questions"],
	novelty: ["What a model does not know", "Find what a model does not know"],
	train: ["One network, without a teacher", "Train one network"],
	speech: ["Speech", "Speech"],
	ship: ["Ship it", "Ship a student"],
	dashboard: ["The dashboard", "Watch runs train"],
	browser: ["In the browser", "In the browser"],
	errors: ["When something is wrong", "When something is wrong"],
};

const readme = readFileSync(join(root, "README.md"), "utf8");

/**
 * What stands under a heading, up to the next one of its level or above. Links to docs/ are links to pages; to other files
 * of the repository there are none.
 */
function sectionOf(heading) {
	const lines = readme.split("\n");
	const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === heading);
	if (start === -1) throw new Error(`README.md: expected a heading "${heading}", got none`);
	const level = lines[start].indexOf(" ");
	const rest = lines.slice(start + 1);
	const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(" ") <= level);
	const text = (end === -1 ? rest : rest.slice(0, end)).join("\n");
	return text
		.replaceAll("](docs/", "](../")
		.replaceAll(/\[([^\]]+)\]\((?!\.\.\/|https?:|#)[^)]*\)/g, "$1")
		.trim();
}

mkdirSync(join(docs, "guide"), { recursive: true });
for (const [name, [heading, title]] of Object.entries(guides)) {
	writeFileSync(join(docs, "guide", `${name}.md`), `# ${title}\n\n${sectionOf(heading)}\n`);
}

/** Pages of recipes: the workflow, and where each of its recipes has fields of its own, the name. */
const recipePages = [];
for (const [name, { recipes }] of Object.entries(workflows)) {
	if (recipes === undefined) continue;
	const { builtIn, named } = await recipes();
	const pages = named === true ? Object.keys(builtIn) : [undefined];
	for (const one of pages) recipePages.push([name, ...(one === undefined ? [] : [one])]);
}

mkdirSync(join(docs, "recipes"), { recursive: true });
const sidebar = recipePages.map(([workflow, ...named]) => {
	const flags = [`--${workflow}`, ...named];
	const args = [join(root, "bin/limbeck.js"), "recipe", "--markdown", ...flags];
	const tables = run(process.execPath, args, ["ignore", "pipe", "inherit"]);
	const [title, file] = [`limbeck ${[workflow, ...named].join(" ")}`, [workflow, ...named].join("-")];
	const intro = `Every field of a recipe of \`${title}\`, with its default, as \`limbeck recipe ${flags.join(" ")}\` tells them.`;
	writeFileSync(join(docs, "recipes", `${file}.md`), `# Recipes of ${title}\n\n${intro}\n\n${tables}`);
	return { text: title, link: `/recipes/${file}` };
});
writeFileSync(join(docs, "recipes", "sidebar.json"), JSON.stringify(sidebar));
run("npx", ["typedoc", "--options", "typedoc.site.json"]);
run("npx", ["vitepress", process.argv[2] ?? "build", "docs"]);
