// onnxruntime-node without its telemetry: since 1.29 it makes a device id under ~/.cache and sends Microsoft what models are opened and how they
// run, unless ORT_DISABLE_TELEMETRY is set before it loads (docs/decisions/0006). Nothing that is read here is told to anybody.

/**
 * For this thread and the ones that it starts. Called on the main thread first: native code does not see what another thread sets. A value
 * that is there already stays.
 */
export function disableTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}

/** Not a static import: those are loaded before any line of ours runs. */
export async function loadOnnxRuntime(): Promise<typeof import('onnxruntime-node')> {
  disableTelemetry();
  return import('onnxruntime-node');
}
