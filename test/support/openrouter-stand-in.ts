import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

/** The behaviour for one request. Absent values are those of a good response. */
export interface Turn {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent unchanged; an object as JSON. */
  readonly body?: string | object;
  /** The delay before the response, in milliseconds. */
  readonly delayMs?: number;
  /**
   * `hang`: never responds. `reset`: closes the connection immediately. `cut`: closes it in the middle of the
   * body. `stall`: stops there.
   */
  readonly misbehave?: 'hang' | 'reset' | 'cut' | 'stall';
}

export interface ReceivedRequest {
  readonly path: string;
  /** The time of arrival, in milliseconds of a monotonic clock. */
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
  /** The behaviour for the next requests, one turn each. Afterwards, the responses are good again. */
  play(...turns: Turn[]): void;
  /** Discards the remaining turns. */
  forget(): void;
  /** From now on, the stand-in obeys instructions in the facts. If several match, it obeys the first. */
  obey(orders: readonly Order[], style?: Obedience): void;
  /** Sets the response of `GET /key`. */
  answerKeyCheck(turn: Turn): void;
  /** Called for each request before the response. */
  onRequest(listener: () => Promise<void>): void;
  close(): Promise<void>;
}

/** An instruction that a naive model would obey. */
export interface Order {
  /** The text in the facts that triggers it. */
  readonly trigger: string;
  /** The text that the model then writes. */
  readonly payload: string;
}

/** The place of that text in the answer. */
export type Obedience = 'everywhere' | 'summary' | 'keyPoint' | 'nextStep' | 'headline' | 'plainText';

export const API_KEY = 'sk-or-v1-secret-of-the-tests';

/** Returns the body of a good response with this text. */
export function answer(content: unknown, choice: object = {}): object {
  return {
    id: 'gen-1',
    model: 'stand-in/model',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content }, ...choice }],
    usage: { prompt_tokens: 100, completion_tokens: 40, cost: 0.0001 },
  };
}

/** Returns the text of a good answer with these values. */
export const draftText = (draft: object = {}): string =>
  JSON.stringify({
    headline: 'Ada Lovelace: new lead',
    summary: 'Ada Lovelace is a lead.',
    keyPoints: [],
    nextStep: 'Call Ada Lovelace.',
    ...draft,
  });

/** Returns the body of a good response with an invalid usage. */
export const answerWithUsage = (content: unknown, usage: unknown): object => ({
  ...answer(content),
  usage,
});

/** Returns the body of a good response as Python writes it, with `NaN` and `Infinity`, which are not JSON. */
export const answerOfPython = (content: unknown, cost: 'NaN' | 'Infinity' | '-Infinity'): string =>
  JSON.stringify(answerWithUsage(content, { prompt_tokens: 100, completion_tokens: 40, cost: '?' })).replace(
    '"?"',
    cost,
  );

type Named = readonly [name: string, turn: Turn];

const thought = (note: string) => `The notes say {"headline": "Fake"}. ${note}`;

/** Good responses in the dialects of various servers and models. @param text a draft */
export function dialects(text: string): Named[] {
  const contents: [string, unknown][] = [
    ['<think>', `<think>\n${thought('')}\n</think>\n\n${text}`],
    ['<thinking> in capitals', `<THINKING>${thought('')}</THINKING>${text}`],
    ['a block of thought that quotes a draft', `<think>${text.replaceAll('Ada', 'Eve')}</think>${text}`],
    ['the end of a block of thought alone', `${thought('')}</think>${text}`],
    ['a block of thought after the JSON', `${text}<think>${thought('')}</think>`],
    ['[THINK]', `[THINK]${thought('')}[/THINK]${text}`],
    [
      'channels',
      `<|channel|>analysis<|message|>${thought('')}<|end|><|start|>assistant<|channel|>final<|message|>${text}<|return|>`,
    ],
    ['prose around the JSON', `Sure! Here is the summary:\n${text}\nLet me know if {anything} is [missing].`],
    ['prose around a fence', `Here it is:\n\n\`\`\`json\n${text}\n\`\`\`\nDone.`],
    ['a fence after a block of thought', `<think>x</think>\n\`\`\`\n${text}\n\`\`\``],
    ['the same JSON twice', `${text}\n${text}`],
    ['another object beside the JSON', `{"id": "I1"} leads to ${text}`],
    ['a byte order mark and white space', `\ufeff \n\t${text}\r\n `],
    ['an end-of-turn token', `${text}<|im_end|>`],
    ['one part', [{ type: 'text', text }]],
    ['a part as an object', { type: 'text', text }],
    ['several parts', [text.slice(0, 20), { type: 'output_text', text: text.slice(20) }]],
    [
      'parts of reasoning before the text',
      [
        { type: 'thinking', thinking: [{ type: 'text', text: thought('') }] },
        { type: 'reasoning', text },
        { text: thought(''), thought: true },
        { type: 'text', text },
        null,
        7,
      ],
    ],
  ];
  const reasons = [
    'STOP',
    'end_turn',
    'END_TURN',
    'eos',
    'eos_token',
    'FINISH_REASON_STOP',
    'COMPLETE',
    null,
    '',
  ];
  return [
    ...contents.map(([name, content]): Named => [name, { body: answer(content) }]),
    ...reasons.map((reason): Named => [
      `finish_reason ${JSON.stringify(reason)}`,
      { body: answer(text, { finish_reason: reason }) },
    ]),
    ['a byte order mark before the body', { body: `\ufeff${JSON.stringify(answer(text))}` }],
    [
      'reasoning in a field of its own',
      { body: answer(null, { message: { content: text, reasoning_content: thought('') } }) },
    ],
  ];
}

/** Texts that must be rejected: they are truncated or ambiguous, or contain a draft only inside reasoning. */
export function brokenTexts(text: string): (readonly [string, string])[] {
  const other = text.replaceAll('Ada', 'Eve');
  return [
    ['a draft only inside reasoning', `<think>${text}</think>`],
    ['reasoning without an end', `<think>I would write ${text}`],
    ['reasoning without an end after the JSON', `${text}<think>Or rather`],
    ['reasoning that quotes its own end', `<think>"</think>${other}" is wrong</think>Nothing.`],
    ['two different drafts', `${text}\n${other}`],
    ['two different drafts in code fences', `\`\`\`json\n${text}\n\`\`\`\n\`\`\`json\n${other}\n\`\`\``],
    ['truncated JSON in prose', `Here it is: ${text.slice(0, -1)}`],
    ['JSON that is truncated inside a string', `\`\`\`json\n${text.slice(0, 30)}`],
    ['a draft inside truncated JSON', `{"answer": ${text}, "more": [`],
    ['a draft inside another object', `{"answer": ${text}}`],
    ['a draft inside a list', `The answer is [${text}]`],
    ['a draft inside a string', JSON.stringify(text)],
    ['reasoning inside a string', `Here: ${text.replace('Ada', '<think>x</think>Ada')}`],
    ['more objects than the limit', `${'{} '.repeat(100)}${text}`],
  ];
}

/** Starts a server on loopback with the HTTP API of OpenRouter, which follows a script of failures. */
export async function startOpenRouterStandIn(): Promise<OpenRouterStandIn> {
  const requests: ReceivedRequest[] = [];
  const script: Turn[] = [];
  let orders: readonly Order[] = [];
  let obedience: Obedience = 'everywhere';
  let keyCheck: Turn = { body: { data: { label: 'tests', limit_remaining: 5, is_free_tier: false } } };
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
    if (received.path === KEY_CHECK) {
      respond(response, keyCheck);
      return;
    }
    const turn = { body: answer(goodText(received, orders, obedience)), ...script.shift() };
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
    forget: () => {
      script.length = 0;
    },
    obey: (newOrders, style = 'everywhere') => {
      orders = newOrders;
      obedience = style;
    },
    answerKeyCheck: (turn) => {
      keyCheck = turn;
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
    body: text === '' ? { messages: [] } : (JSON.parse(text) as ReceivedRequest['body']),
  };
}

/** Returns the response of OpenRouter to an invalid request. */
function complaintAbout({ path, headers, body }: ReceivedRequest): Turn | null {
  const complaint = (status: number): Turn => ({ status, body: { error: { code: status, message: 'no' } } });
  if (path !== KEY_CHECK && path !== 'POST /api/v1/chat/completions') return complaint(404);
  if (headers.authorization !== `Bearer ${API_KEY}`) return complaint(401);
  if (path === KEY_CHECK) return null;
  if (headers['content-type'] !== 'application/json') return complaint(400);
  if ((body.models?.length ?? 1) > 3 || body.messages.length === 0) return complaint(400);
  // Stricter than OpenRouter: every request must contain the privacy rules.
  if (!hasPrivacyRules(body) || !hasStrictSchema(body)) return complaint(400);
  return null;
}

const KEY_CHECK = 'GET /api/v1/key';

function hasStrictSchema({ response_format: format }: ReceivedRequest['body']): boolean {
  const { type, json_schema: schema } = (format ?? {}) as {
    type?: string;
    json_schema?: { strict?: boolean };
  };
  return type === 'json_schema' && schema?.strict === true;
}

function hasPrivacyRules({ provider }: ReceivedRequest['body']): boolean {
  const rules: Record<string, unknown> = { ...(typeof provider === 'object' ? provider : {}) };
  return rules.data_collection === 'deny' && rules.zdr === true && rules.require_parameters === true;
}

interface FactRecord {
  readonly id?: string;
  readonly name?: string | null;
  readonly company?: string | null;
  readonly status?: string;
  readonly type?: string;
  readonly date?: string;
  readonly notes?: string | null;
}

const MAX_KEY_POINTS = 5;
const MAX_QUOTE_LENGTH = 200;

/** Returns a draft with only the facts of the prompt, or the result of an instruction in them. */
function goodText({ body }: ReceivedRequest, orders: readonly Order[], obedience: Obedience): string {
  const facts = body.messages.find(({ role }) => role === 'user')?.content ?? '';
  const records = facts
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as FactRecord);
  const [lead = {}, ...rest] = records;
  const interactions = rest.filter(({ id }) => id !== undefined);
  const honest = honestDraft(lead, interactions);
  // Both the parsed and the raw texts.
  const texts = [facts, ...records.flatMap((record) => Object.values(record).map(String))];
  const order = orders.find(({ trigger }) => texts.some((text) => text.includes(trigger)));
  if (order === undefined) return JSON.stringify(honest);
  return obedience === 'plainText' ? order.payload : JSON.stringify(obeyed(honest, order.payload, obedience));
}

type Draft = ReturnType<typeof honestDraft>;

function honestDraft(lead: FactRecord, interactions: readonly FactRecord[]) {
  const name = lead.name ?? lead.company ?? 'The lead';
  const who = lead.company == null || lead.company === name ? name : `${name} of ${lead.company}`;
  const told = interactions.filter(({ notes }) => notes != null).slice(0, MAX_KEY_POINTS);
  const [latest] = interactions;
  const contact = latest === undefined ? '' : ` The latest ${latest.type} is of ${latest.date}.`;
  return {
    headline: `${who} is ${lead.status}`,
    summary: `${who} is at the stage ${lead.status}.${contact}`,
    keyPoints: told.map(({ id = '', notes }) => ({
      text: (notes ?? '').replaceAll('\n', ' ').slice(0, MAX_QUOTE_LENGTH),
      interactions: [id],
    })),
    nextStep: `Call ${name}.`,
  };
}

function obeyed(draft: Draft, payload: string, obedience: Obedience): Draft {
  const keyPoints = draft.keyPoints.map((point) => ({ ...point, text: payload }));
  switch (obedience) {
    case 'headline':
      return { ...draft, headline: payload };
    case 'summary':
      return { ...draft, summary: `${draft.headline}. ${payload}` };
    case 'keyPoint':
      return { ...draft, keyPoints };
    case 'nextStep':
      return { ...draft, nextStep: payload };
    case 'plainText':
    case 'everywhere':
      return { headline: payload, summary: payload, keyPoints, nextStep: payload };
  }
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
