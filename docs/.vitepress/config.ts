import { existsSync, readFileSync } from "node:fs";
import { type DefaultTheme, defineConfig } from "vitepress";

/** TypeDoc's list of pages, once `npm run docs` has made them. */
const apiPages = new URL("../api/typedoc-sidebar.json", import.meta.url);

const page = (text: string, link: string): DefaultTheme.SidebarItem & DefaultTheme.NavItemWithLink => ({ text, link });

/** A list of pages that was made for the theme; empty where it was not made yet. */
function pagesIn(list: URL): DefaultTheme.SidebarItem[] {
	if (!existsSync(list)) return [];
	return JSON.parse(readFileSync(list, "utf8")) as DefaultTheme.SidebarItem[]; // As scripts/docs.js and the theme's plugin write them.
}

/** The pages of recipes, once `npm run docs` has made them. */
const recipePages = new URL("../recipes/sidebar.json", import.meta.url);

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
				items: pagesIn(recipePages),
			},
			{
				text: "Inside",
				items: [page("Results", "/results"), page("Architecture", "/architecture"), page("Gradients", "/autodiff")],
			},
			{
				text: "API",
				collapsed: true,
				items: pagesIn(apiPages),
			},
		],
	},
});
