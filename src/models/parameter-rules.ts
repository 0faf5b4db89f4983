/**
 * What a parameter is: one rule, asked of each constant of numbers that the output depends on. Its first row that
 * applies decides and gives the reason.
 */
import { elementCount } from "../onnx/tensor.js";
import { isDifferentiable, isLayers, isLimit, isSetting, type Use } from "./parameter-uses.js";
import {
	isFilled,
	isFreshTable,
	isMask,
	isTable,
	isWhole,
	longAxes,
	type RealTensor,
	realElements,
} from "./table-structure.js";

/** A constant as the rule sees it. */
export interface Constant {
	readonly name: string;
	readonly tensor: RealTensor;
	readonly uses: readonly Use[];
	/** Whether it stands in the place of a running statistic. */
	readonly isStatistic: boolean;
	/** Whether the file has it as the output of a `Constant` node, and not as an initialiser. */
	readonly fromNode: boolean;
	/** What the exporter says it was. */
	readonly exported: "parameter" | "constant" | undefined;
}

interface Row {
	readonly trained: boolean;
	readonly reason: string;
	/** Whether no pattern can overrule it. */
	readonly fixed?: true;
	readonly applies: (constant: Constant) => boolean;
}

/** The last part of a name's path: `weight` of `net.0.weight`, `gamma` of `model/bn/gamma:0`. */
const lastPart = (name: string): string => /[^./]*$/.exec(name.replace(/:\d+$/, ""))?.[0] ?? name;

const parameterWord =
	/(?:^|_)(?:weights?|bias(?:es)?|gamma|beta|gain|kernel|tokens?|embed|embeddings?|bias_table|scale|temperature|alpha)(?:_\w{1,3})*$/i;
const bufferWord =
	/(?:^|_)(?:mean|std|var|variance|masks?|running_\w+|freqs?|freqs_cis|inv_freq|cos|sin|(?:cos|sin)_cached|position_ids|relative_coords_table|anchors?|eps)$/i;

/** Names that exporters make up: of a node's output, a number, a folded constant. */
const madeUp =
	/^(?:val_\d+|onnx::.*|\d+|_tensor_constant\d*|lifted_tensor_\w+|const(?:ant)?_?\w*|(?:zeros|ones|full|arange|linspace|scalar_tensor|empty|eye|tri[lu]|clone|_to_copy|expand|t|transpose|permute|view|unsqueeze|squeeze|sym_size_int)(?:_like|_default)?(?:_\d+)?)$|\/|__/i;

/** Whether an exporter has made a name up. */
export const isMadeUpName = (name: string): boolean => madeUp.test(name);
const isMadeUp = ({ name }: Constant): boolean => isMadeUpName(name);
/** A path of a state dict, such as `layers.0.attn.rel`. */
const isPath = ({ name }: Constant): boolean => name.includes(".") && !madeUp.test(name);
const hasWord = (word: RegExp, { name }: Constant): boolean => word.test(lastPart(name));
const isNamedParameter = (one: Constant): boolean => !one.fromNode && !isMadeUp(one) && hasWord(parameterWord, one);
/** The slope of a PRelu for all channels, a weight although it is one number. */
const isSlope = ({ uses }: Constant): boolean => uses.some(({ opType }) => opType === "PRelu");

const isScalar = ({ tensor }: Constant): boolean => elementCount(tensor.dims) === 1;
const elementsOf = ({ tensor }: Constant): ArrayLike<number> => realElements(tensor);
const isLayer = ({ uses }: Constant): boolean => uses.some(isLayers);
const isUnitScale = (one: Constant): boolean =>
	one.uses.every(({ opType }) => opType.endsWith("Normalization")) && isFilled(elementsOf(one));
const scalesValues = ({ uses }: Constant): boolean => uses.some(({ opType }) => opType === "Add" || opType === "Mul");
/** Nobody adds zeros on purpose. */
const isAddedTable = ({ tensor, uses }: Constant): boolean =>
	isFreshTable(tensor) && uses.every(({ opType }) => opType === "Add");
const movesValues = ({ uses }: Constant): boolean => uses.some(({ opType }) => opType !== "Sub" && opType !== "Div");

const rows: readonly Row[] = [
	{
		trained: false,
		fixed: true,
		reason: "running statistics of a normalisation",
		applies: ({ isStatistic }) => isStatistic,
	},
	{ trained: false, fixed: true, reason: "a setting of its operator", applies: ({ uses }) => uses.some(isSetting) },
	{
		trained: false,
		fixed: true,
		reason: "no gradient reaches it",
		applies: ({ uses }) => !uses.some(isDifferentiable),
	},
	{ trained: true, reason: "a parameter, says the exporter", applies: ({ exported }) => exported === "parameter" },
	{ trained: false, reason: "a buffer, says the exporter", applies: ({ exported }) => exported === "constant" },
	{
		trained: false,
		reason: "a limit of Clip",
		applies: (one) => one.uses.some(isLimit) && !(isPath(one) && isNamedParameter(one)),
	},
	{
		trained: false,
		reason: "a table of equal steps, powers, sines or cosines",
		applies: (one) => !(isLayer(one) && !isMadeUp(one)) && isTable(one.tensor, elementsOf(one)),
	},
	{ trained: true, reason: "the name of a parameter", applies: isNamedParameter },
	{ trained: false, reason: "the name of a buffer", applies: (one) => hasWord(bufferWord, one) },
	{
		trained: false,
		reason: "a mask: two numbers, one of them 0",
		applies: (one) => !isLayer(one) && isMask(elementsOf(one)),
	},
	{
		trained: false,
		reason: "scales the samples before the first layer",
		applies: ({ uses }) => uses.every(({ onSamples }) => onSamples),
	},
	{
		trained: false,
		reason: "the unit scale or zero bias of a normalisation without weights",
		applies: (one) => (one.fromNode || isMadeUp(one)) && isUnitScale(one),
	},
	{
		trained: true,
		reason: "the weights of a layer",
		applies: (one) =>
			isLayer(one) && (one.fromNode ? longAxes(one.tensor) > 1 : !(isMadeUp(one) && isScalar(one)) || isSlope(one)),
	},
	{ trained: false, reason: "a Constant node, not an initialiser", applies: ({ fromNode }) => fromNode },
	{ trained: true, reason: "a name as in a state dict", applies: isPath },
	{ trained: true, reason: "an initialiser with a name of its own", applies: (one) => !isMadeUp(one) },
	{ trained: false, reason: "a number of the exporter's", applies: isScalar },
	{
		trained: false,
		reason: "filled with one number",
		applies: (one) =>
			isFilled(elementsOf(one)) && !(longAxes(one.tensor) <= 1 && scalesValues(one)) && !isAddedTable(one),
	},
	{ trained: false, reason: "whole numbers", applies: (one) => isWhole(elementsOf(one)) },
	{ trained: true, reason: "gains, biases or tokens among the network's values", applies: movesValues },
];

const otherwise: Omit<Row, "applies"> = {
	trained: false,
	reason: "subtracted or divided by, under a name of the exporter's",
};

/** What the rule makes of a constant. */
export function rowOf(constant: Constant): Omit<Row, "applies"> {
	return rows.find(({ applies }) => applies(constant)) ?? otherwise;
}
