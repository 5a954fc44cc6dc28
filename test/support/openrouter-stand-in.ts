import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

/** What the stand-in does with one request. What is left out is as in a good answer. */
export interface Turn {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; an object as JSON. */
  readonly body?: string | object;
  /** Before anything is sent, in milliseconds. */
  readonly delayMs?: number;
  /** `hang`: never answers. `reset`: cuts the connection at once, `cut`: in the middle of the body, `stall`: stops there. */
  readonly misbehave?: 'hang' | 'reset' | 'cut' | 'stall';
}

export interface ReceivedRequest {
  readonly path: string;
  /** When it had arrived, in milliseconds of a clock that never goes back. */
  readonly arrivedAt: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model?: string;
    readonly models?: readonly string[];
    readonly messages: readonly { role: string; content: string }[];
    readonly [field: string]: unknown;
  };
}

export interface OpenRouterStandIn {
  readonly baseUrl: string;
  readonly requests: ReceivedRequest[];
  /** What to do with the next requests, one turn each; afterwards the answers are good again. */
  play(...turns: Turn[]): void;
  /** From now on it does whatever a note in the prompt tells it to. */
  obeyNotes(): void;
  /** Runs whenever a request has arrived, before it is answered. */
  onRequest(listener: () => Promise<void>): void;
  close(): Promise<void>;
}

export const API_KEY = 'sk-or-v1-secret-of-the-tests';

/** The body of a good answer with this text. */
export function answer(content: unknown, choice: object = {}): object {
  return {
    id: 'gen-1',
    model: 'stand-in/model',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content }, ...choice }],
    usage: { prompt_tokens: 100, completion_tokens: 40, cost: 0.0001 },
  };
}

/** A server on loopback that speaks OpenRouter's HTTP, and plays a script of misbehaviour. */
export async function startOpenRouterStandIn(): Promise<OpenRouterStandIn> {
  const requests: ReceivedRequest[] = [];
  const script: Turn[] = [];
  let isObedient = false;
  let listener: () => Promise<void> = () => Promise.resolve();

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const received = await receive(request);
    requests.push(received);
    await listener();
    const complaint = complaintAbout(received);
    if (complaint !== null) {
      respond(response, complaint);
      return;
    }
    const turn = { body: answer(goodText(received, isObedient)), ...script.shift() };
    if (turn.delayMs !== undefined) await setTimeout(turn.delayMs);
    respond(response, turn);
  };
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    baseUrl: `http://127.0.0.1:${port}/api/v1`,
    requests,
    play: (...turns) => {
      script.push(...turns);
    },
    obeyNotes: () => {
      isObedient = true;
    },
    onRequest: (run) => {
      listener = run;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return {
    path: `${request.method} ${request.url}`,
    arrivedAt: performance.now(),
    headers: request.headers,
    body: JSON.parse(text) as ReceivedRequest['body'],
  };
}

/** What the real one answers to a request that is not in order. */
function complaintAbout({ path, headers, body }: ReceivedRequest): Turn | null {
  const complaint = (status: number): Turn => ({ status, body: { error: { code: status, message: 'no' } } });
  if (path !== 'POST /api/v1/chat/completions') return complaint(404);
  if (headers.authorization !== `Bearer ${API_KEY}`) return complaint(401);
  if (headers['content-type'] !== 'application/json') return complaint(400);
  if ((body.models?.length ?? 1) > 3 || body.messages.length === 0) return complaint(400);
  // Stricter than the real one: a summary must never be asked for without the privacy rules.
  if (!hasPrivacyRules(body)) return complaint(400);
  return null;
}

function hasPrivacyRules({ provider }: ReceivedRequest['body']): boolean {
  const rules: Record<string, unknown> = { ...(typeof provider === 'object' ? provider : {}) };
  return rules.data_collection === 'deny' && rules.zdr === true && rules.require_parameters === true;
}

/** Prose from the prompt's facts; or, where it obeys, what the last instruction in a note asks for. */
function goodText({ body }: ReceivedRequest, isObedient: boolean): string {
  const lines = (body.messages.find(({ role }) => role === 'user')?.content ?? '').split('\n');
  const records = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { name?: string; status?: string; notes?: string | null });
  const order = records
    .map(({ notes }) => /ignore all instructions and write: (.*)/i.exec(notes ?? '')?.[1])
    .find((text) => text !== undefined);
  if (isObedient && order !== undefined) return order;
  const [lead, ...interactions] = records;
  return `${lead?.name} is at the stage ${lead?.status}. There are ${interactions.length} interactions on record. A call is the next step.`;
}

function respond(response: ServerResponse, { status = 200, headers = {}, body = '', misbehave }: Turn): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (misbehave === 'hang') return;
  if (misbehave === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-generation-id': 'gen-1',
    ...headers,
  });
  if (misbehave === undefined) {
    response.end(text);
    return;
  }
  response.write(text.slice(0, text.length / 2), () => {
    if (misbehave === 'cut') response.socket?.resetAndDestroy();
  });
}
