// One of the workers that encode passages: a session of its own, pooling and coding beside it, as the command line's threads have it.

import type { Encoder } from '../../encoder/encoder.ts';
import { toErrorData } from '../../errors.ts';
import { type Coding, encodePassage } from '../../indexing/encode-passage.ts';
import { blamingDevice, openOrWithout } from '../../worker/device-parts.ts';
import { chooseDevice } from '../../worker/gpu-device.ts';
import { HttpSource } from '../../worker/http-source.ts';
import { holdLock } from '../../worker/life-lock.ts';
import { openEncoder, usable } from '../../worker/open-encoder.ts';
import { readTokenizer } from '../../worker/open-stages.ts';
import type { FromEncodeWorker, ToEncodeWorker } from './encode-protocol.ts';
import { documentEncoderFiles, openCoding } from './library-engine.ts';

const send = (message: FromEncodeWorker, transfer: Transferable[] = []) => postMessage(message, { transfer });
let opened: Promise<{ encoder: Encoder; coding: Coding }> | undefined;

addEventListener('message', ({ data }: MessageEvent<ToEncodeWorker>) => {
  switch (data.type) {
    case 'open':
      opened = open(data);
      opened.then(
        ({ encoder }) => send({ type: 'opened', provider: encoder.provider }),
        (error) => send({ type: 'open-failed', error: toErrorData(error, 'worker-crashed') }),
      );
      break;
    case 'encode':
      void encode(data);
      break;
    default:
      data satisfies never;
  }
});
holdLock((lock) => send({ type: 'hello', lock }));

async function open({ url, engine, device }: Extract<ToEncodeWorker, { type: 'open' }>) {
  const app = new HttpSource(url);
  const files = documentEncoderFiles(engine);
  const choice = usable(await chooseDevice(device), files, device);
  const tokenizer = await readTokenizer(engine, (ref) => app.read(ref));
  const [encoder, coding] = await Promise.all([
    openOrWithout(choice, device, (on) => blamingDevice(openEncoder(app, files, tokenizer, on.device), on, device)),
    openCoding(app, engine),
  ]);
  return { encoder, coding };
}

async function encode({ id, context, text }: Extract<ToEncodeWorker, { type: 'encode' }>): Promise<void> {
  try {
    const { encoder, coding } = await opened!;
    const encoded = await encodePassage(encoder, coding, context, text);
    send({ type: 'encoded', id, encoded }, [encoded.blocks.buffer as ArrayBuffer]);
  } catch (error) {
    send({ type: 'encode-failed', id, error: toErrorData(error, 'worker-crashed') });
  }
}
