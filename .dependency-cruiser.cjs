const { builtinModules } = require("node:module");

/** The one-way layout of src/: a line may import only the lines above it, and its own folder. */
const layers = [
	"recipe-types.ts",
	"errors.ts",
	"json.ts",
	"notices.ts",
	"names.ts",
	"random.ts",
	"files.ts",
	"locks.ts",
	"options.ts",
	"choices.ts",
	"canonical.ts",
	"settings.ts",
	"tasks/labels.ts",
	"tasks/names.ts",
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
	"predict/",
	"targets/",
	"tasks/(?!(?:labels|names)[.]ts$)",
	"train/",
	"specialists/",
	"distill/",
	"speech/",
	"deploy/",
	"store/",
	"pipeline/",
	"report/",
	"console/",
	"workflows/",
	"dashboard/",
	"cli/",
	"index.ts",
	"web.ts",
	"node.ts",
];

const tests = "[.]test[.]ts$|^test/";

/** A regular expression that matches the paths of some layers. */
function pathOf(...names) {
	const paths = names.map((name) => name.replace("/", "(?:/|$)").replace(/[.]ts$/, "[.]ts$"));
	return `^src/(?:${paths.join("|")})`;
}

/** The files of single data sets: each has an entry, and what opens the test split. */
const dataSetFiles = "^src/data/(?:digits|mnist|fashion-mnist|cifar-100|own/(?:csv|folder|npy|npz|parquet))[.]ts$";

/** The same of corpora of speech. */
const corpusFiles = "^src/speech/corpora/(?:fsdd|recordings)[.]ts$";

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
			comment:
				"What these reach must load in a browser; what needs Node belongs to src/node.ts and src/predict/index.ts.",
			severity: "error",
			from: { path: pathOf("index.ts", "web.ts", "predict/web.ts", "dashboard/client/") },
			to: {
				path: [
					"^src/runtime/(?:native/|node(?:-session)?[.]ts$)",
					`^(?:node:)?(?:${builtinModules.join("|")})$`,
					"node_modules/(?:onnxruntime-node|koffi|jiti)/",
				],
				reachable: true,
			},
		},
		{
			name: "predict-holds-no-code-that-trains",
			severity: "error",
			from: { path: pathOf("predict/") },
			to: {
				path: pathOf("ops/", "autodiff/", "import/", "models/", "losses/", "optim/"),
				pathNot: "^src/ops/operator[.]ts$",
				reachable: true,
			},
		},
		{
			name: "only-evaluation-opens-the-test-split",
			comment:
				"Nothing may be trained, calibrated or chosen by the test split, so nobody but distill/evaluate.ts may open " +
				"it, after all else is done. Choose by the validation split, which `load` gives.",
			severity: "error",
			from: { path: "^src/", pathNot: [tests, "^src/distill/evaluate[.]ts$"] },
			to: { path: "^src/data/test-sets[.]ts$" },
		},
		{
			name: "only-evaluation-opens-the-test-part",
			comment: "The same of speech: nobody but speech/evaluate.ts.",
			severity: "error",
			from: { path: "^src/", pathNot: [tests, "^src/speech/evaluate[.]ts$"] },
			to: { path: "^src/speech/test-sets[.]ts$" },
		},
		{
			name: "corpora-keep-their-test-parts-to-themselves",
			comment: "Take corpora from speech/corpora/index.ts.",
			severity: "error",
			from: { path: "^src/", pathNot: [tests, "^src/speech/(?:corpora/index|test-sets)[.]ts$"] },
			to: { path: corpusFiles },
		},
		{
			name: "data-sets-are-reached-through-the-table",
			comment: "The files of data sets hold what opens their test splits: take entries from data/index.ts.",
			severity: "error",
			from: { path: "^src/", pathNot: [tests, "^src/data/"] },
			to: { path: dataSetFiles },
		},
		{
			name: "data-sets-keep-their-test-splits-to-themselves",
			comment: "Within data/, the files of data sets are for the two tables: one of entries, one of test splits.",
			severity: "error",
			from: { path: "^src/data/", pathNot: [tests, "^src/data/(?:index|test-sets)[.]ts$"] },
			to: { path: dataSetFiles },
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
