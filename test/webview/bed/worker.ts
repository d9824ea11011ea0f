/** The bed's engine in a worker, so that its work is not the page's, as in the editor. */
import type { Message } from '../../../src/protocol/rpc.ts';
import { serve, type BedOptions, type BedOrder } from './engine.ts';

type In = { readonly start: BedOptions } | { readonly message: Message } | { readonly obey: BedOrder };

let server: ReturnType<typeof serve> | undefined;

addEventListener('message', ({ data }: MessageEvent<In>) => {
  if ('start' in data) server = serve((message) => postMessage(message), data.start);
  else if ('message' in data) server?.peer.receive(data.message);
  else server?.obey(data.obey);
});
