const { builtinModules } = require("node:module");

/** The one-way layout of src/: a line may import only the lines above it, and its own folder. */
const layers = [
	"errors.ts",
	"random.ts",
	"files.ts",
	"options.ts",
	"settings.ts",
	"onnx/",
	"graph/",
	"ops/",
	"autodiff/",
	"runtime/",
	"import/",
	"models/",
	"losses/",
	"optim/",
	"data/",
	"metrics/",
	"train/",
	"distill/",
	"specialists/",
	"speech/",
	"pipeline/",
	"cluster/",
	"studies/",
	"deploy/",
	"report/",
	"cli/",
	"index.ts",
	"node.ts",
];

const tests = "[.]test[.]ts$|^test/";

/** A regular expression that matches the paths of some layers. */
function pathOf(...names) {
	const paths = names.map((name) => name.replace("/", "(?:/|$)").replace(/[.]ts$/, "[.]ts$"));
	return `^src/(?:${paths.join("|")})`;
}

const oneWay = layers.slice(0, -1).map((layer, i) => ({
	name: `${layer.replace(/\/$/, "")}-imports-only-what-stands-above-it`,
	severity: "error",
	from: { path: pathOf(layer), pathNot: tests },
	to: { path: pathOf(...layers.slice(i + 1)) },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
	forbidden: [
		...oneWay,
		{
			name: "every-file-has-a-layer",
			comment: "A new file or folder in src/ needs a line in the list of layers.",
			severity: "error",
			from: {},
			to: { path: "^src/", pathNot: [pathOf(...layers), tests] },
		},
		{
			name: "no-cycles",
			severity: "error",
			from: {},
			to: { circular: true },
		},
		{
			name: "index-runs-anywhere",
			comment: "What the public API reaches must load in a browser; what needs Node belongs to src/node.ts.",
			severity: "error",
			from: { path: pathOf("index.ts") },
			to: {
				path: [
					"^src/runtime/node[.]ts$",
					`^(?:node:)?(?:${builtinModules.join("|")})$`,
					"node_modules/(?:onnxruntime-node|jiti)/",
				],
				reachable: true,
			},
		},
		{
			name: "only-the-launcher-imports-cli",
			severity: "error",
			from: { pathNot: ["^src/cli/", tests] },
			to: { path: "^src/cli/" },
		},
		{
			name: "only-tests-import-tests",
			severity: "error",
			from: { pathNot: tests },
			to: { path: ["^test/", tests] },
		},
	],
	options: {
		doNotFollow: { path: "node_modules" },
		tsConfig: { fileName: "tsconfig.json" },
		// An import of types only is an import: it says who knows whom.
		tsPreCompilationDeps: true,
		enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
	},
};
