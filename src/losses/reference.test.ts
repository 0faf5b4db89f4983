/** Values and gradients that PyTorch 2.13 gives in doubles for the formulas of the papers' own code. */
import { expect, test } from "vitest";
import { expectClose, run } from "../../test/support/losses.js";
import { losses } from "./index.js";

const batch = {
	student: [
		[1.2, -0.7, 0.3, 2.1, -1.5],
		[0.4, 0.9, -2.2, 0.1, 1.3],
		[-0.6, 1.8, 0.7, -1.1, 0.2],
	],
	teacher: [
		[0.8, -1.4, 0.2, 3.0, -0.9],
		[1.5, 0.3, -1.7, -0.4, 2.6],
		[-1.2, 2.9, 1.1, -0.3, -2.0],
	],
	labels: [3, 0, 1],
};

test.each([
	{
		// gt = one_hot(y); ps, pt = softmax(z / T), softmax(v / T), each as (Σ gt p, Σ (1 − gt) p)
		// tckd = kl_div(log(ps), pt, "sum") T² / batch
		// nckd = kl_div(log_softmax(z / T − 1000 gt), softmax(v / T − 1000 gt), "sum") T² / batch
		what: "DKD: tckd + 8 nckd at T = 4",
		options: losses.dkd.options.parse({ name: "dkd", hardWeight: 0, warmup: 0 }),
		value: 2.963186484374467,
		gradient: [
			[0.2178578, 0.290527156, -0.040623554, -0.079710915, -0.388050488],
			[-0.047201253, 0.639690464, -0.073618769, 0.471384267, -0.99025471],
			[0.199266162, -0.10168535, -0.589082929, -0.637815508, 1.129317624],
		],
	},
	{
		progress: 0.25,
		what: "DKD at T = 2, half of the warm-up done: cross_entropy(z, y) + (tckd + 8 nckd) / 2",
		options: losses.dkd.options.parse({ name: "dkd", temperature: 2, warmup: 0.5 }),
		value: 2.2861414279356618,
		gradient: [
			[0.203408808, 0.116739585, 0.000814668, -0.178709907, -0.142253154],
			[-0.296316994, 0.448293852, 0.000295117, 0.26247584, -0.414747815],
			[0.125469725, -0.187675396, -0.246128962, -0.234510288, 0.542844922],
		],
	},
	{
		// inter(a, b) = 1 − mean_rows cosine(a − mean(a, 1), b − mean(b, 1)); intra(a, b) = inter(aᵀ, bᵀ)
		// T² inter(softmax(z / T), softmax(v / T)) + T² intra(…); without the 1e-8 that their code adds to the product of
		// the norms, which shows in the sixth digit here.
		what: "DIST at T = 4: inter + intra",
		options: losses.dist.options.parse({ name: "dist", hardWeight: 0 }),
		value: 4.128993530901468,
		gradient: [
			[1.377839752, -0.150241356, 0.24690213, -0.934298307, -0.540202219],
			[-1.807268636, 1.87963782, -0.039339961, 1.157188732, -1.190217956],
			[0.461899092, -1.030069176, -0.374724483, -0.681149152, 1.624043721],
		],
	},
	{
		what: "DIST at T = 1: inter + 2 intra",
		options: losses.dist.options.parse({ name: "dist", temperature: 1, gamma: 2, hardWeight: 0 }),
		value: 0.3423220455088106,
		gradient: [
			[0.269355485, -0.019769841, 0.007065609, -0.246614005, -0.010037248],
			[-0.327977127, 0.302115883, -0.001051131, 0.063447309, -0.036534935],
			[0.045561111, -0.074032616, -0.01551123, -0.004384255, 0.04836699],
		],
	},
	{
		// s(x) = (x − x.mean(-1)) / (1e-7 + x.std(-1))
		// kl_div(log_softmax(s(z) / T), softmax(s(v) / T)).sum(1).mean() T²
		what: "soft targets of standardised logits at T = 2",
		options: losses["soft-targets"].options.parse({
			name: "soft-targets",
			temperature: 2,
			hardWeight: 0,
			standardize: true,
		}),
		value: 0.1020229083259403,
		gradient: [
			[0.021381, 0.008644948, 0.004711838, -0.020312769, -0.014425017],
			[-0.020969179, 0.035392205, -0.005988845, 0.021396948, -0.029831129],
			[0.005104334, -0.015442025, -0.008646602, -0.025472317, 0.044456611],
		],
	},
	{
		what: "label smoothing: cross_entropy(z, y, label_smoothing=0.1)",
		options: losses["label-smoothing"].options.parse({ name: "label-smoothing" }),
		value: 1.0589429792281604,
		gradient: [
			[0.074973713, 0.005544172, 0.026525835, -0.105863736, -0.001179983],
			[-0.250392834, 0.086113199, -0.002487008, 0.035022014, 0.131744628],
			[0.011327478, -0.108314038, 0.059359188, 0.004247334, 0.033380038],
		],
	},
])("$what", async ({ options, progress = 0.5, value, gradient }) => {
	const got = await run(options, batch, "double", progress);
	expect(Math.abs(got.value - value)).toBeLessThan(1e-6);
	expectClose(got.gradient.flat(), gradient.flat(), 1e-6);
});
