import { expect, test } from "vitest";
import { families } from "../models/index.js";
import { networkOptions, parseNetworkSpec, shortNameOf } from "./networks.js";
import { teacherOptions } from "./teachers/options.js";

test.each(Object.entries(families))("%s is a network, and a teacher as often as wanted", (family, { short }) => {
	const written = parseNetworkSpec(`${family}:${short.example}`, "network");
	expect(networkOptions.parse(written)).toMatchObject(written);
	expect(teacherOptions.parse({ ...written, copies: 3 })).toMatchObject({ ...written, copies: 3 });
	expect(teacherOptions.parse({ family: "ensemble", members: [written] })).toMatchObject({ members: [written] });
});

const nameOf = (written: object): string => shortNameOf({ ...networkOptions.parse(written), epochs: 1, jitter: 0 });

test("a network is called by its family and size", () => {
	expect(nameOf({ hidden: [30, 20] })).toBe("mlp:30,20");
	expect(nameOf({ family: "resnet", depth: 8 })).toBe("resnet:8x1");
	expect(nameOf({ family: "file", file: "a.onnx" })).toBe("file");
});
