// Which names `latelight serve` answers to. A website can lead its own name to this machine (DNS rebinding) and would then read what is
// served as if it were its own: requests by such a name are refused.

import type { RequestListener } from 'node:http';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

const THIS_MACHINE = ['localhost', '127.0.0.1', '::1'];
/** What listens on all addresses, and is none to ask for. */
const ALL_ADDRESSES = ['0.0.0.0', '::'];

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
  return ALL_ADDRESSES.includes(host) && (isIP(name) > 0 || name === hostname().toLowerCase());
}

/** Names to ask for what listens on `host`: the first from this machine, the others from the network. */
export function namesOf(host: string): string[] {
  if (!ALL_ADDRESSES.includes(host)) return [host];
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  // A link-local address of IPv6 means another machine on each link.
  const isAsked = (address: string) => isIP(address) === 4 || (host === '::' && !/^fe[89ab]/i.test(address));
  const others = found.filter(({ internal, address }) => !internal && isAsked(address)).map(({ address }) => address);
  return ['localhost', ...others];
}

/** Whether browsers hold what is served there over plain http for as safe as https. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.[\d.]+|::1)$/i.test(host);
}
