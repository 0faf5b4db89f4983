/** What documents name is there: files, folders, headings, layers. */
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Documents of the repository, and pages of the site. */
const documents = ["README.md", "CONTRIBUTING.md"];
const pages = ["architecture", "autodiff", "index", "method", "results", "tutorial"].map((name) => `docs/${name}.md`);

/** Documents that name our own files; the others name users' as well. */
const ofSources = ["docs/architecture.md", "docs/autodiff.md", "CONTRIBUTING.md"];

/** What is made by builds and other programs. */
const foreign = /^(?:\.git|node_modules|dist)$/;

const read = (path: string): Promise<string> => readFile(join(root, path), "utf8");

/** The paths of all files and folders, those of folders with a slash at their end. */
async function treeOf(folder: string): Promise<readonly string[]> {
	const entries = await readdir(folder, { withFileTypes: true });
	const below = entries
		.filter(({ name }) => !foreign.test(name))
		.map(async (entry) => {
			const path = join(folder, entry.name);
			const own = relative(root, path);
			return entry.isDirectory() ? [`${own}/`, ...(await treeOf(path))] : [own];
		});
	return (await Promise.all(below)).flat();
}

/** Text without fenced blocks. */
const proseOf = (text: string): string => text.replaceAll(/^ *```.*?^ *```$/gms, "");

/** What in a text are names of source files and folders, in marks of code. */
function filesNamed(text: string): readonly string[] {
	const spans = Array.from(proseOf(text).matchAll(/`([^`\s]+)`/g), ([, span = ""]) => span);
	return spans.filter((span) => /^[\w.-]+(?:\/[\w.-]+)*(?:\.(?:c?js|ts)|\/)$/.test(span));
}

/** The targets of links in a text: in Markdown, and in the front matter of the first page. */
function linksIn(text: string): readonly string[] {
	const markdown = Array.from(proseOf(text).matchAll(/\]\(([^)\s]+)\)/g), ([, target = ""]) => target);
	const page = Array.from(text.matchAll(/^ +link: \/(\w+)((?:#\S+)?)$/gm), ([, name = "", anchor = ""]) => {
		return `./${name}.md${anchor}`;
	});
	return [...markdown, ...page].filter((target) => !/^(?:https?:|\/)/.test(target));
}

/** How links name a heading: on GitHub, for documents of the repository; on the site, for its pages. */
const anchorOf = {
	github: (heading: string) =>
		heading
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
			.replaceAll(/\s/g, "-"),
	site: (heading: string) =>
		heading
			.toLowerCase()
			.replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, "-")
			.replaceAll(/^-|-$/g, ""),
};

/** The anchors of a document's headings. */
async function anchorsOf(path: string, by: keyof typeof anchorOf): Promise<readonly string[]> {
	const headings = proseOf(await read(path)).matchAll(/^#+ (.+)$/gm);
	return Array.from(headings, ([, heading = ""]) => anchorOf[by](heading));
}

test.each(ofSources)("every source file and folder that %s names is there", async (document) => {
	const tree = await treeOf(root);
	// A name alone is one in a folder that the text is about.
	const isThere = (name: string): boolean =>
		/\/./.test(name)
			? [name, `src/${name}`].some((path) => tree.includes(path))
			: tree.some((path) => `/${path}`.endsWith(`/${name}`));
	const named = filesNamed(await read(document)).filter((name) => !/NAME|^(?:node_modules|dist)\//.test(name));
	expect(named.length).toBeGreaterThan(0);
	expect(named.filter((name) => !isThere(name))).toEqual([]);
});

test.each([...documents, ...pages])("every link of %s leads somewhere", async (document) => {
	const by = pages.includes(document) ? "site" : "github";
	const tree = await treeOf(root);
	const lost: string[] = [];
	for (const target of linksIn(await read(document))) {
		const [path = "", anchor] = target.split("#");
		const file = path === "" ? document : join(dirname(document), path);
		if (/^docs\/(?:guide|recipes|api)\//.test(file)) continue; // Made by `npm run docs`.
		const isThere = tree.includes(file) || tree.includes(`${file}/`);
		const isFound = anchor === undefined || (isThere && (await anchorsOf(file, by)).includes(anchor));
		if (!isThere || !isFound) lost.push(target);
	}
	expect(lost).toEqual([]);
});

/** The layers that have a rule, in order: all but the last, after which nothing comes. Folders have a slash at their end. */
function ruledLayers(): readonly string[] {
	const { forbidden } = createRequire(import.meta.url)(join(root, ".dependency-cruiser.cjs")) as {
		readonly forbidden: readonly { readonly name: string }[];
	};
	const rule = "-imports-only-what-stands-above-it";
	return forbidden
		.filter(({ name }) => name.endsWith(rule))
		.map(({ name }) => name.slice(0, -rule.length))
		.map((layer) => (layer.endsWith(".ts") ? layer : `${layer.split("/")[0] ?? ""}/`));
}

test("the layout in docs/architecture.md is that of .dependency-cruiser.cjs", async () => {
	const [, layout = ""] = (await read("docs/architecture.md")).split("\n## Layout\n");
	const rows = Array.from(layout.matchAll(/^\| (`[^|]+)\|/gm), ([, cell = ""]) => cell);
	const told = rows.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, layer = ""]) => layer));
	expect(told).toEqual([...ruledLayers(), "node.ts"]);
});

test("the picture in docs/architecture.md has every folder, in the order of .dependency-cruiser.cjs", async () => {
	const [, picture = ""] = /^```text\n(.*?)^```$/ms.exec(await read("docs/architecture.md")) ?? [];
	const drawn = Array.from(picture.matchAll(/ ([a-z]+\/)[: ]/g), ([, folder = ""]) => folder);
	expect(drawn.toReversed()).toEqual(ruledLayers().filter((layer) => layer.endsWith("/")));
});
