import 'reflect-metadata';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const realFetch = globalThis.fetch;

/** A request without a stand-in would depend on the network, and cost money. */
globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (!LOOPBACK.test(url.hostname)) {
    return Promise.reject(new Error(`A test sent a request to ${url.hostname}, which has no stand-in.`));
  }
  return realFetch(input, init);
};
