/** Version of ONNX's operators that Limbeck writes, and that its operator entries describe. */
export const modelOpset = 21;

/** Version of the file format that goes with it. */
export const modelIrVersion = 10;
