import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { evaluate, numbers, runtime } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import { type Attributes, int, ints, numbersOf } from "../graph/attributes.js";
import { elementCount, type TensorOf } from "../onnx/tensor.js";
import type { Geometry } from "./convolution-geometry.js";
import { createGraph } from "./index.js";
import type { Target } from "./operator.js";

interface Shapes {
	readonly what: string;
	readonly x: readonly number[];
	readonly w: readonly number[];
	readonly attributes?: Attributes;
}

const same = { pads: ints([1, 1, 1, 1]) };
const shapes: readonly Shapes[] = [
	{ what: "blocks of channels in and out", x: [2, 32, 6, 5], w: [16, 32, 3, 3], attributes: same },
	{ what: "an image of three channels", x: [2, 3, 7, 7], w: [32, 3, 3, 3], attributes: same },
	{
		what: "strides and dilations",
		x: [1, 16, 9, 9],
		w: [16, 16, 3, 3],
		attributes: { strides: ints([2, 1]), dilations: ints([1, 2]), pads: ints([0, 1, 1, 2]) },
	},
	{ what: "a depthwise kernel", x: [2, 32, 6, 6], w: [32, 1, 3, 3], attributes: { ...same, group: int(32) } },
	{ what: "channels that fill no block", x: [2, 20, 5, 5], w: [7, 20, 3, 3], attributes: same },
];

type Feeds = Readonly<Record<"x" | "w" | "b" | "c", TensorOf<"float">>>;

/** Input, weights, bias and the coefficients of a linear function of the output `[batch, outputs, height, width]`. */
function draw({ x, w }: Shapes, y: readonly number[]): Feeds {
	const draws = createDraws(3, "convolution");
	const drawn = (dims: readonly number[]): TensorOf<"float"> => ({
		type: "float",
		dims,
		data: Float32Array.from(draws.reals(elementCount(dims), -1, 1)),
	});
	return { x: drawn(x), w: drawn(w), b: drawn([w[0] ?? 1]), c: drawn(y) };
}

/** The size of the output. */
function outputDims({ x, w, attributes }: Shapes): readonly number[] {
	const g = createGraph();
	return g.op("Conv", [g.input("x", { type: "float", dims: x }), g.input("w", { type: "float", dims: w })], attributes)
		.dims;
}

/** y and the gradients of Σ c y. */
async function results(
	feeds: Feeds,
	attributes: Attributes | undefined,
	target: Target,
): Promise<{ readonly nodes: string; readonly values: Readonly<Record<string, readonly number[]>> }> {
	const g = createGraph(target);
	const inputs = [g.input("x", feeds.x), g.input("w", feeds.w), g.input("b", feeds.b)];
	const y = g.op("Conv", inputs, attributes);
	const weighted = g.op("Mul", [y, g.input("c", feeds.c)]);
	const [dx = y, dw = y, db = y] = gradients(g, g.op("ReduceSum", [weighted], { keepdims: int(0) }), inputs);
	const wanted = { y, dx, dw, db };
	const outputs = await evaluate(g, wanted, feeds);
	const onnx = g.toOnnx("convolution", Object.entries(wanted));
	return {
		nodes: onnx.nodes.map(({ opType, domain }) => `${domain}:${opType}`).join(),
		values: Object.fromEntries(Object.keys(wanted).map((name) => [name, numbers(outputs, name)])),
	};
}

/** Largest difference, relative to the largest value. */
function difference(a: readonly number[], b: readonly number[]): number {
	const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
	return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0) / largest;
}

describe.skipIf(runtime.target.channelBlock === undefined)("in blocks of channels", () => {
	test.each(shapes)("$what: the same values and gradients", async (one) => {
		const feeds = draw(one, outputDims(one));
		const plain = await results(feeds, one.attributes, {});
		const blocked = await results(feeds, one.attributes, runtime.target);
		for (const [name, values] of Object.entries(blocked.values)) {
			expect(values).toHaveLength(plain.values[name]?.length ?? NaN);
			expect(difference(values, plain.values[name] ?? []), name).toBeLessThan(1e-5);
		}
		expect(blocked.nodes.includes("nchwc:Conv")).toBe(one.what !== "channels that fill no block");
	});
});

const fewWindows: readonly Shapes[] = [
	{ what: "a dense kernel on four pixels", x: [4, 24, 2, 2], w: [32, 24, 3, 3], attributes: same },
	{ what: "one pixel", x: [8, 24, 1, 1], w: [16, 24, 1, 1] },
	{
		what: "a kernel of one element with strides",
		x: [2, 12, 5, 4],
		w: [24, 12, 1, 1],
		attributes: { strides: ints([2, 2]) },
	},
	{
		what: "strides, dilations and uneven padding",
		x: [2, 16, 7, 6],
		w: [40, 16, 3, 2],
		attributes: { strides: ints([3, 2]), dilations: ints([1, 2]), pads: ints([0, 1, 2, 0]) },
	},
	{ what: "a signal", x: [2, 16, 5], w: [48, 16, 3], attributes: { pads: ints([1, 1]) } },
];

/** A computation in doubles, straight from the definition. */
function byDefinition(
	{ x, w, b, c }: Feeds,
	{ output, strides, dilations, pads }: Omit<Geometry, "spatial" | "kernel" | "group">,
) {
	const [batch = 1, channels = 1, ...spatial] = x.dims;
	const [outputs = 1, , ...kernel] = w.dims;
	const y = new Float64Array(batch * outputs * elementCount(output));
	const dx = new Float64Array(x.data.length);
	const dw = new Float64Array(w.data.length);
	const indices = (dims: readonly number[]) =>
		Array.from({ length: elementCount(dims) }, (_, flat) =>
			dims.map((size, axis) => Math.floor(flat / elementCount(dims.slice(axis + 1))) % size),
		);
	const [windows, taps] = [indices(output), indices(kernel)];
	for (let n = 0; n < batch; n++)
		for (let o = 0; o < outputs; o++)
			for (const [p, window] of windows.entries()) {
				const at = (n * outputs + o) * windows.length + p;
				y[at] = b.data[o] ?? NaN;
				for (const [k, tap] of taps.entries()) {
					const under = window.map(
						(place, axis) =>
							place * (strides[axis] ?? 1) + (tap[axis] ?? 0) * (dilations[axis] ?? 1) - (pads[axis] ?? 0),
					);
					if (under.some((place, axis) => place < 0 || place >= (spatial[axis] ?? 0))) continue;
					const pixel = under.reduce((sum, place, axis) => sum * (spatial[axis] ?? 1) + place, 0);
					for (let i = 0; i < channels; i++) {
						const [inX, inW] = [
							(n * channels + i) * elementCount(spatial) + pixel,
							(o * channels + i) * taps.length + k,
						];
						y[at] = (y[at] ?? NaN) + (x.data[inX] ?? NaN) * (w.data[inW] ?? NaN);
						dx[inX] = (dx[inX] ?? NaN) + (c.data[at] ?? NaN) * (w.data[inW] ?? NaN);
						dw[inW] = (dw[inW] ?? NaN) + (c.data[at] ?? NaN) * (x.data[inX] ?? NaN);
					}
				}
			}
	return { y, dx, dw };
}

test.each(fewWindows)("$what: one product for the whole batch, with the values of the definition", async (one) => {
	const dims = outputDims(one);
	const feeds = draw(one, dims);
	const ones = dims.slice(2).map(() => 1);
	const wanted = byDefinition(feeds, {
		output: dims.slice(2),
		strides: numbersOf(one.attributes ?? {}, "strides", ones),
		dilations: numbersOf(one.attributes ?? {}, "dilations", ones),
		pads: numbersOf(
			one.attributes ?? {},
			"pads",
			[...ones, ...ones].map(() => 0),
		),
	});
	// Any number: what it says is that the graph is for a machine that has been measured.
	const { nodes, values } = await results(feeds, one.attributes, { channelBlock: 16 });
	expect(nodes).not.toMatch(/Conv/);
	for (const [name, expected] of Object.entries(wanted)) {
		expect(difference(values[name] ?? [], [...expected]), name).toBeLessThan(1e-5);
	}
});

/** Gradients of Σ c s y, with a factor s for each channel of y = conv(x, w, b); `apart` keeps it from the convolution. */
async function scaledResults(one: Shapes, apart: boolean) {
	const feeds = draw(one, outputDims(one));
	const g = createGraph();
	const inputs = [g.input("x", feeds.x), g.input("w", feeds.w), g.input("b", feeds.b)];
	const y = g.op("Conv", inputs, one.attributes);
	const factor = g.input("s", { type: "float", dims: y.dims.slice(1).map((size, axis) => (axis === 0 ? size : 1)) });
	const seen = apart ? g.op("Abs", [g.op("Add", [y, g.scalar(1000)])]) : y;
	const weighted = g.op("Mul", [g.op("Mul", [seen, factor]), g.input("c", feeds.c)]);
	const [dx = y, dw = y, db = y] = gradients(g, g.op("ReduceSum", [weighted], { keepdims: int(0) }), inputs);
	const wanted = { dx, dw, db };
	const found = await evaluate(g, wanted, { ...feeds, s: { ...feeds.b, dims: factor.dims } });
	const { nodes } = g.toOnnx("scaled", Object.entries(wanted));
	return {
		found,
		products: nodes.filter(({ opType, inputs: [, by] }) => opType === "Mul" && by === factor.name).length,
	};
}

describe("a factor for each channel of a gradient", () => {
	test.each([
		{ what: "an image", x: [4, 3, 7, 6], w: [5, 3, 3, 3], attributes: same },
		{ what: "groups and strides", x: [4, 4, 11], w: [6, 2, 3], attributes: { group: int(2), strides: ints([2]) } },
		{ what: "a kernel of one element", x: [2, 6, 5, 5], w: [4, 6, 1, 1] },
	])("goes into the weights: $what", async (one) => {
		const [inside, outside] = [await scaledResults(one, false), await scaledResults(one, true)];
		for (const name of Object.keys(outside.found)) {
			expect(difference(numbers(inside.found, name), numbers(outside.found, name)), name).toBeLessThan(1e-5);
		}
		expect([inside.products, outside.products]).toEqual([0, 1]);
	});

	test("does not where weights are more than the gradient has elements", async () => {
		const { products } = await scaledResults({ what: "", x: [1, 8, 3, 3], w: [8, 8, 3, 3], attributes: same }, false);
		expect(products).toBe(1);
	});
});

/** Samples `from` … `to − 1` of a batch. */
function part({ type, dims, data }: TensorOf<"float">, from: number, to: number): TensorOf<"float"> {
	const size = elementCount(dims.slice(1));
	return { type, dims: [to - from, ...dims.slice(1)], data: data.slice(from * size, to * size) };
}

const depthwise: readonly Shapes[] = [
	{ what: "the whole image", x: [16, 3, 6, 5], w: [3, 1, 3, 3], attributes: same },
	{ what: "tiles of rows", x: [40, 2, 12, 12], w: [2, 1, 3, 3], attributes: same },
	{
		what: "strides, dilations and windows outside the image",
		x: [80, 2, 21, 15],
		w: [2, 1, 3, 2],
		attributes: { strides: ints([2, 1]), dilations: ints([1, 3]), pads: ints([3, 4, 0, 2]) },
	},
	{ what: "a signal", x: [48, 3, 200], w: [3, 1, 7], attributes: { pads: ints([3, 3]) } },
];

test.each(depthwise)(
	"a depthwise kernel over $what: gradients of a batch are those of its images in sum",
	async (one) => {
		const group = { ...one.attributes, group: int(one.w[0] ?? 1) };
		const feeds = draw(one, outputDims({ ...one, attributes: group }));
		const whole = await results(feeds, group, {});
		expect(whole.nodes).not.toContain(":Pad");
		const sum = new Float64Array(elementCount(one.w));
		for (let image = 0; image < (one.x[0] ?? 0); image++) {
			const alone = { ...feeds, x: part(feeds.x, image, image + 1), c: part(feeds.c, image, image + 1) };
			const { nodes, values } = await results(alone, group, {});
			// Its windows are cut.
			expect(nodes).toContain(":Pad");
			for (const [index, value] of (values["dw"] ?? []).entries()) sum[index] = (sum[index] ?? NaN) + value;
		}
		expect(difference(whole.values["dw"] ?? [], [...sum])).toBeLessThan(1e-5);
	},
);

test("windows of many images are cut in parts, with the gradients of the parts in sum", async () => {
	const one = { what: "many", x: [10, 32, 12, 12], w: [16, 32, 3, 3], attributes: same };
	const feeds = draw(one, outputDims(one));
	const whole = await results(feeds, same, {});
	expect(whole.nodes).toContain(":Scan");
	const halves = await Promise.all(
		[0, 5].map((from) => {
			const half = { ...feeds, x: part(feeds.x, from, from + 5), c: part(feeds.c, from, from + 5) };
			return results(half, same, {});
		}),
	);
	for (const { nodes } of halves) expect(nodes).not.toContain(":Scan");
	const sum = whole.values["dw"]?.map((_, index) =>
		halves.reduce((total, { values }) => total + (values["dw"]?.[index] ?? NaN), 0),
	);
	expect(difference(whole.values["dw"] ?? [], sum ?? [])).toBeLessThan(1e-5);
});
