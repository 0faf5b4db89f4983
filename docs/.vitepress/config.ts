import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type DefaultTheme, defineConfig } from "vitepress";

/** TypeDoc's list of pages, once `npm run docs` has made them. */
const apiPages = new URL("../api/typedoc-sidebar.json", import.meta.url);

const page = (text: string, link: string): DefaultTheme.SidebarItem & DefaultTheme.NavItemWithLink => ({ text, link });

function pagesOfApi(): DefaultTheme.SidebarItem[] {
	if (!existsSync(apiPages)) return [];
	return JSON.parse(readFileSync(apiPages, "utf8")) as DefaultTheme.SidebarItem[]; // As the theme's plugin writes them.
}

/** Pages of the recipes of studies, once they are made. */
const recipesFolder = new URL("../recipes/", import.meta.url);

function pagesOfStudies(): DefaultTheme.SidebarItem[] {
	const files = existsSync(recipesFolder) ? readdirSync(recipesFolder) : [];
	const names = files.flatMap((file) => /^study-(.*)[.]md$/.exec(file)?.[1] ?? []);
	return names.sort().map((name) => page(`limbeck study ${name}`, `/recipes/study-${name}`));
}

export default defineConfig({
	title: "Limbeck",
	description: "Knowledge distillation for TypeScript: big teachers in, small students out.",
	lang: "en",
	base: process.env["LIMBECK_DOCS_BASE"] ?? "/",
	markdown: {
		math: true,
	},
	themeConfig: {
		search: { provider: "local" },
		outline: [2, 3],
		nav: [page("Tutorial", "/tutorial"), page("Method", "/method"), page("Results", "/results"), page("API", "/api/")],
		sidebar: [
			{
				text: "Start",
				items: [page("What Limbeck is", "/"), page("Tutorial", "/tutorial"), page("The method", "/method")],
			},
			{
				text: "How to",
				items: [
					page("Use any teacher", "/guide/teachers"),
					page("Use your own data", "/guide/data"),
					page("Chains, generations, few samples", "/guide/chains"),
					page("Generalist and specialists", "/guide/specialists"),
					page("Speech", "/guide/speech"),
					page("Ask the paper's questions", "/guide/studies"),
					page("Find what a model does not know", "/guide/novelty"),
					page("Train one network", "/guide/train"),
					page("Ship a student", "/guide/ship"),
					page("Watch runs train", "/guide/dashboard"),
					page("In the browser", "/guide/browser"),
					page("When something is wrong", "/guide/errors"),
				],
			},
			{
				text: "Recipes, every field",
				items: [
					page("limbeck distill", "/recipes/distill"),
					page("limbeck train", "/recipes/train"),
					page("limbeck specialize", "/recipes/specialize"),
					page("limbeck speech", "/recipes/speech"),
					...pagesOfStudies(),
				],
			},
			{
				text: "Inside",
				items: [page("Results", "/results"), page("Architecture", "/architecture"), page("Gradients", "/autodiff")],
			},
			{
				text: "API",
				collapsed: true,
				items: pagesOfApi(),
			},
		],
	},
});
