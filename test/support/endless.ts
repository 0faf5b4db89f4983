/** A graph with a run that nobody waits for the end of. */
import { modelOf } from "../../src/models/family.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { createGraph } from "../../src/ops/index.js";

/** y = cos(cos(… cos(x))), 2⁵⁰ times. */
export function endlessModel(): Uint8Array {
	const g = createGraph();
	const x = g.input("x", { type: "float", dims: [] });
	const body = g.body();
	body.input("turn", { type: "int64", dims: [] });
	const condition = body.input("condition", { type: "bool", dims: [] });
	const next = body.op("Cos", [body.input("carried", x)]);
	const inside = body.toOnnx("body", [
		["go_on", condition],
		["next", next],
	]);
	const always = g.constant({ type: "bool", dims: [], data: Uint8Array.of(1) });
	const turns = g.scalar(2 ** 50, { type: "int64" });
	const [y = x] = g.add("Loop", "", [turns, always, x], [x], { body: { kind: "graph", value: inside } });
	return encodeModel(modelOf(g.toOnnx("endless", [["y", y]])));
}
