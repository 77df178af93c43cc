// Hearing of a device's end for as long as one wants to. A `then` on `device.lost` cannot be taken back: it would hold whoever asked
// until the device goes, and one device outlives many scorers.

type Listener = (info: GPUDeviceLostInfo) => void;

interface Loss {
  listeners: Set<Listener>;
  /** Once it is lost. */
  info?: GPUDeviceLostInfo;
}

const losses = new WeakMap<GPUDevice, Loss>();

/** @param listener called at once when the device is known to be lost @returns stops listening */
export function onDeviceLost(device: GPUDevice, listener: Listener): () => void {
  const { listeners, info } = lossOf(device);
  if (info) listener(info);
  else listeners.add(listener);
  return () => void listeners.delete(listener);
}

function lossOf(device: GPUDevice): Loss {
  const known = losses.get(device);
  if (known) return known;
  const loss: Loss = { listeners: new Set() };
  losses.set(device, loss);
  void device.lost.then((info) => {
    loss.info = info;
    for (const listener of loss.listeners) listener(info);
    loss.listeners.clear();
  });
  return loss;
}
