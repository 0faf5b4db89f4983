/** ONNX Runtime reads this as it loads: it would else report its use over the network and write a file where it runs. */
export function disableTelemetry(): void {
	process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
}
