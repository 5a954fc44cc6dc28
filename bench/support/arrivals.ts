import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from './server-under-test.js';
import type { Question } from './working-day.js';

/** Of what one step asked and got, one for each question. */
export interface Answered {
  readonly kind: Question['kind'];
  /** From the moment when it was to be sent until its answer was there: what it waited before counts. */
  readonly milliseconds: number;
  /** Null: it was answered without an error. */
  readonly code: string | null;
}

/** Connections at most: as a balancer before the server has them. */
const MAX_CONNECTIONS = 128;
const TICK_MS = 1;
const TIMEOUT_MS = 120_000;

/** Those who ask, over connections that stay open. */
export class Askers {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });

  constructor(private readonly server: Address) {}

  /**
   * Sends questions at a rate, at random moments as independent people would, whether or not those before are answered:
   * who waits for answers before asking on is kind to a server that has fallen behind.
   * @param rate questions a second
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

  /** Sends the same question again and again, each when the one before is answered, until work is done. */
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

/** Milliseconds until the next of those who come at random, so many a second. */
const gap = (rate: number): number => (-Math.log(1 - Math.random()) / rate) * 1000;

const nameOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

function codeIn(text: string, status: number | undefined): string | null {
  if (status === 200 && !text.includes('"errors"')) return null;
  return /"code":"(\w+)"/.exec(text)?.[1] ?? `status ${status}`;
}
