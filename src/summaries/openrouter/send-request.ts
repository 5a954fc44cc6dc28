import { connectionProblem } from '../../database/connection-errors.js';
import { SummaryProviderError } from '../provider-error.js';

const MAX_BODY_BYTES = 1_000_000;

export interface ProviderRequest {
  readonly apiKey: string;
  /** Sent as JSON in a POST request; without a body the request is a GET. */
  readonly body?: object;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Sends a request with the API key and reads the response, of any status and content type, up to 1 MB.
 * @throws SummaryProviderError if the connection fails or the body is too large; the error of the signal if
 * it is aborted
 */
export async function sendRequest(
  url: string,
  { apiKey, body }: ProviderRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'x-openrouter-title': 'Lead-scoring API',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect must not send the key to another server.
      redirect: 'error',
      signal,
    });
    return { status: response.status, headers: response.headers, body: await readBounded(response) };
  } catch (error) {
    if (error instanceof SummaryProviderError || signal.aborted) throw error;
    throw new SummaryProviderError(
      'SUMMARY_PROVIDER_UNAVAILABLE',
      { detail: `the connection failed: ${connectionProblem(error)}` },
      { isRetryable: true, isOutage: true },
    );
  }
}

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return '';
  const stream: AsyncIterable<Uint8Array> = response.body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) {
      throw new SummaryProviderError('SUMMARY_INVALID_OUTPUT', {
        status: response.status,
        detail: 'the body is too large',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
