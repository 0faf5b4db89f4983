/** ONNX's own node tests, as Debian's package libonnx-testdata installs them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gatherConstants } from "../../src/import/constants.js";
import { upgradeModel } from "../../src/import/upgrade.js";
import { decodeModel } from "../../src/onnx/decode.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import type { Tensor } from "../../src/onnx/tensor.js";

const root = "/usr/share/libonnx-testdata/data";
const folders = ["node", "pytorch-operator", "simple"] as const;

/** Whether the package is there. */
export const installed = existsSync(root);

/** One folder: a model, upgraded to our operator set, and what it makes of some inputs. */
export interface NodeTest {
	readonly name: string;
	readonly model: OnnxModel;
	/** By the names of the model's inputs. */
	readonly inputs: ReadonlyMap<string, Tensor>;
	/** In the order of the model's outputs; the last ones may be absent. */
	readonly outputs: readonly Tensor[];
}

/** A folder that cannot be read as {@link NodeTest}, and why. */
interface Unreadable {
	readonly name: string;
	readonly error: unknown;
}

/** Every folder of the package. */
export function nodeTests(): readonly (NodeTest | Unreadable)[] {
	return folders.flatMap((folder) =>
		readdirSync(join(root, folder))
			.sort()
			.map((name) => readTest(name, join(root, folder, name))),
	);
}

function readTest(name: string, path: string): NodeTest | Unreadable {
	try {
		const bytes = readFileSync(join(path, "model.onnx"));
		const model = upgradeModel(gatherConstants(decodeModel(bytes, { where: name, form: "as-is" })));
		const data = join(path, "test_data_set_0");
		const tensors = (kind: string): readonly Tensor[] => {
			const files = readdirSync(data).filter((file) => file.startsWith(`${kind}_`));
			return files.map((_, index) => decodeTensor(readFileSync(join(data, `${kind}_${String(index)}.pb`))));
		};
		const inputs = tensors("input");
		const named = model.graph.inputs.flatMap((info, index) => {
			const tensor = inputs[index];
			return tensor === undefined ? [] : [[info.name, tensor] as const];
		});
		return { name, model, inputs: new Map(named), outputs: tensors("output") };
	} catch (error) {
		return { name, error };
	}
}

/** Reads a TensorProto: as the only initialiser of a model around it, with a name of ours where it has none. */
function decodeTensor(bytes: Uint8Array): Tensor {
	const modelAround = (tensor: Uint8Array): OnnxModel =>
		decodeModel(concat(Uint8Array.of(0x08, 10), field(7, field(5, tensor)), field(8, Uint8Array.of(0x10, 21))));
	const read = (): OnnxModel => {
		try {
			return modelAround(bytes);
		} catch {
			return modelAround(concat(bytes, field(8, Buffer.from("tensor"))));
		}
	};
	const [initializer] = read().graph.initializers;
	if (initializer === undefined) throw new TypeError("expected a tensor, got none");
	return initializer.tensor;
}

/** A length-delimited field of a protobuf message. */
function field(number: number, content: Uint8Array): Uint8Array {
	const length: number[] = [];
	let rest = content.length;
	for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
	return concat(Uint8Array.of((number << 3) | 2, ...length, rest), content);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
	return Buffer.concat(parts);
}
