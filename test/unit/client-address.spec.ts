import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { addressGroup, clientAddressOf } from '../../src/common/client-address.js';

describe('the address of a client', () => {
  it.each<[string | undefined, string]>([
    ['203.0.113.1', '203.0.113.1'],
    ['::ffff:203.0.113.1', '203.0.113.1'],
    ['203.0.113.1:4711', '203.0.113.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::ffff', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:4711', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['x'.repeat(10_000), 'unknown'],
    ["1.2.3.4'; --", 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('%s counts as %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  const requestOf = (remoteAddress: string, forwarded?: string) =>
    ({ headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress } }) as unknown as IncomingMessage;

  it.each<[Parameters<typeof clientAddressOf>[0], string]>([
    [null, '10.0.0.1'],
    [1, '198.51.100.7'],
    [2, '203.0.113.5'],
    [['10.0.0.0/8'], '198.51.100.7'],
    [['192.0.2.1'], '10.0.0.1'],
  ])('depends on the trusted proxies: %j', (proxies, address) => {
    expect(clientAddressOf(proxies)(requestOf('10.0.0.1', '203.0.113.5, 198.51.100.7'))).toBe(address);
  });
});
