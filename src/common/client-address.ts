import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import type { HttpSettings } from '../config/http-settings.js';

/** Returns the client address by which a request is counted; see `addressGroup`. */
export type ClientAddressOf = (request: IncomingMessage) => string;

/**
 * Whether the forwarding header of a peer is trusted. @param hop index of the proxy, counted outwards from
 * this server
 */
type TrustsProxy = (address: string, hop: number) => boolean;

export function trustedProxies(proxies: HttpSettings['trustProxy']): TrustsProxy {
  if (proxies === null) return () => false;
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : proxyAddr.compile([...proxies]);
}

/** Applies the same rule to HTTP requests and WebSockets. */
export function clientAddressOf(proxies: HttpSettings['trustProxy']): ClientAddressOf {
  const trusts = trustedProxies(proxies);
  return (request) => addressGroup(proxyAddr(request, trusts));
}

/** Some proxies append the port of the client. */
const withoutPort = (address: string): string =>
  /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;

/**
 * The key by which an address is counted. A client has at least a whole IPv6 /64 network, so the addresses of
 * one network count together. A text that is not an address, such as a forged header, counts as `unknown`.
 */
export function addressGroup(address: string | undefined): string {
  const text = withoutPort(address ?? '');
  if (!ipaddr.isValid(text)) return 'unknown';
  const parsed = ipaddr.process(text);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
