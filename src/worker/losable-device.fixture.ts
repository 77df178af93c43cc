// A GPU device that a test can lose, as far as who has one looks at it.

export interface LosableDevice {
  lost: Promise<void>;
  isLost: boolean;
  /** How often. */
  destroyed: number;
  lose: () => void;
  destroy: () => void;
}

export function losableDevice(): LosableDevice {
  let lose = () => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  const device: LosableDevice = {
    lost,
    isLost: false,
    destroyed: 0,
    lose: () => {
      device.isLost = true;
      lose();
    },
    destroy: () => void device.destroyed++,
  };
  return device;
}
