// Which names `latelight serve` answers to. A website can lead its own name to this machine (DNS rebinding) and would then read what is
// served as if it were its own: requests by such a name are refused.

import type { RequestListener } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

const THIS_MACHINE = ['localhost', '127.0.0.1', '::1'];

/** @param host what the server listens on */
export function forHosts(host: string, listener: RequestListener): RequestListener {
  return (request, response) => {
    if (isServedHost(request.headers.host, host)) return listener(request, response);
    response.writeHead(403, { 'Content-Type': 'text/plain' });
    response.end('Forbidden: this address is not one that the server was started for (latelight serve --host).\n');
  };
}

/** @param header the request's `Host` */
export function isServedHost(header: string | undefined, host: string): boolean {
  const name = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/
    .exec(header ?? '')
    ?.slice(1)
    .find(Boolean)
    ?.toLowerCase();
  if (name === undefined) return false;
  if (THIS_MACHINE.includes(name) || name === host.toLowerCase()) return true;
  // Listening on all addresses: no name that a website chose is one of them.
  return ['0.0.0.0', '::'].includes(host) && (isIP(name) > 0 || name === hostname().toLowerCase());
}
