import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from './server-under-test.js';
import type { Question } from './working-day.js';

/** A request and its result. */
export interface Answered {
  readonly kind: Question['kind'];
  /** From the time at which it was due to its response, so that a delayed start counts. */
  readonly milliseconds: number;
  /** Null: the response had no error. */
  readonly code: string | null;
}

/** The maximum number of connections, as a load balancer would open. */
const MAX_CONNECTIONS = 128;
const TICK_MS = 1;
const TIMEOUT_MS = 120_000;

/** Clients that send requests over keep-alive connections. */
export class Askers {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });

  constructor(private readonly server: Address) {}

  /**
   * Sends requests at a rate, at random times like independent users. It does not wait for previous
   * responses, because that would reduce the load on a server that has fallen behind.
   * @param rate requests a second
   */
  async askAtRate(next: () => Question, rate: number, seconds: number): Promise<Answered[]> {
    const start = performance.now();
    const end = start + seconds * 1000;
    const answers: Promise<Answered>[] = [];
    let due = start + gap(rate);
    while (due < end) {
      for (; due < end && due <= performance.now(); due += gap(rate)) answers.push(this.ask(next(), due));
      await sleep(TICK_MS);
    }
    return Promise.all(answers);
  }

  /** Sends requests one after another, each after the response to the previous one, until work is done. */
  async askUntil(next: () => Question, work: Promise<unknown>): Promise<Answered[]> {
    let isOver = false;
    const end = () => (isOver = true);
    work.then(end, end);
    const answers: Answered[] = [];
    while (!isOver) answers.push(await this.ask(next(), performance.now()));
    return answers;
  }

  close(): void {
    this.agent.destroy();
  }

  private ask({ kind, body }: Question, due: number): Promise<Answered> {
    return new Promise((resolve) => {
      const answered = (code: string | null) => {
        resolve({ kind, milliseconds: performance.now() - due, code });
      };
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...this.server.headers,
      };
      const call = request(
        this.server.url,
        { method: 'POST', headers, agent: this.agent, timeout: TIMEOUT_MS },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('error', (error) => {
            answered(nameOf(error));
          });
          response.on('end', () => {
            answered(codeIn(text, response.statusCode));
          });
        },
      );
      call.on('timeout', () => {
        call.destroy(new Error('no answer'));
      });
      call.on('error', (error) => {
        answered(nameOf(error));
      });
      call.end(body);
    });
  }
}

/** Milliseconds until the next arrival of a Poisson process. */
const gap = (rate: number): number => (-Math.log(1 - Math.random()) / rate) * 1000;

const nameOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

function codeIn(text: string, status: number | undefined): string | null {
  if (status === 200 && !text.includes('"errors"')) return null;
  return /"code":"(\w+)"/.exec(text)?.[1] ?? `status ${status}`;
}
