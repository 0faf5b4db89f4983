import { expect, test } from "vitest";
import { foreignModel, info } from "../../test/support/models.js";
import type { PixelScale } from "../data/data-set.js";
import type { OnnxModel } from "../onnx/model.js";
import { pixelRangesOf, rangeKey, withClassifierMetadata } from "../predict/metadata.js";
import { alignData } from "./align-data.js";

function model(metadata?: string): OnnxModel {
	const nodes = [["Identity", ["x"], ["y"]]] as const;
	const made = foreignModel({ opset: 17, nodes, inputs: [info("x", ["n", 3])], outputs: [info("y", ["n", 3])] });
	return { ...made, metadata: new Map(metadata === undefined ? [] : [[rangeKey, metadata]]) };
}

const found = (ranges: PixelScale["ranges"]): { readonly pixelScale: PixelScale } => ({
	pixelScale: { ranges, set: false },
});

test("a model's file keeps the ranges of its pixels", () => {
	const facts = { classes: ["a", "b"], normalization: { mean: 0, std: 1 } };
	const written = withClassifierMetadata(model(), { ...facts, ...found({ uint16: [0, 4095], float32: [-1, 1] }) });
	expect(pixelRangesOf(written, "net.onnx")).toEqual({ uint16: [0, 4095], float32: [-1, 1] });
	expect(pixelRangesOf(withClassifierMetadata(model(), facts), "net.onnx")).toBeUndefined();
});

test.each(["[]", "12 bits", '{"uint16":[1]}', '{"uint16":[4095,0]}', '{"uint16":[0,1,2]}', '{"a":[0,1],"b":7}'])(
	"metadata that is not what we write is refused: %s",
	(metadata) => {
		expect(() => alignData(model(metadata), {}, "net.onnx")).toThrow(/net\.onnx: metadata limbeck\.range: expected/);
	},
);

test("the same range, another type of pixels, and no word of it say nothing", () => {
	for (const [known, data] of [
		['{"uint16":[0,4095]}', found({ uint16: [0, 4095] })],
		['{"uint16":[0,4095]}', found({ float32: [0, 1] })],
		['{"uint16":[0,4095]}', {}],
		[undefined, found({ uint16: [0, 1023] })],
	] as const) {
		expect(alignData(model(known), data, "net.onnx").notices).toEqual([]);
	}
	const { pixelScale } = alignData(model('{"uint16":[0,4095]}'), found({ float32: [0, 1] }), "net.onnx");
	expect(pixelScale?.ranges).toEqual({ uint16: [0, 4095], float32: [0, 1] });
});

test("another range is refused unless the user set it", () => {
	const trained = model('{"uint16":[0,4095]}');
	const ranges = { uint16: [0, 65_535] } as const;
	expect(() => alignData(trained, found(ranges), "net.onnx")).toThrow(
		"net.onnx: metadata limbeck.range: expected pictures scaled as those that the model was trained on: pixels of type " +
			"uint16 from 0 to 4095, got uint16 from 0 to 65535, as the training pictures of these data say. " +
			"Scale them as those were: --set data.range='[0,4095]'.",
	);
	const { notices, pixelScale } = alignData(trained, { pixelScale: { ranges, set: true } }, "net.onnx");
	expect(notices).toMatchObject([{ code: "pixel-range-unlike" }]);
	expect(pixelScale?.ranges).toEqual({ uint16: [0, 4095] });
});

test("one range cannot serve two types that a model knows by two", () => {
	const trained = model('{"uint16":[0,4095],"float32":[0,1]}');
	const data = found({ uint16: [0, 65_535], float32: [0, 1] });
	expect(() => alignData(trained, data, "net.onnx")).toThrow(/pictures of each type by themselves/);
});
