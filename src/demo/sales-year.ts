import { SeededRandom } from '../common/seeded-random.js';
import type { InteractionDirection, InteractionType } from '../interactions/interaction-type.js';

export interface SyntheticChange {
  readonly effectiveAt: Date;
  readonly recordedAt: Date;
  readonly status: string;
  readonly budget: number | null;
}

export interface SyntheticInteraction {
  readonly type: InteractionType;
  readonly direction: InteractionDirection | null;
  readonly date: Date;
  readonly recordedAt: Date;
}

/** An invented lead with its history. */
export interface SyntheticLead {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly company: string;
  readonly location: string;
  readonly source: string;
  /** In ascending order; the first one is the creation of the lead. */
  readonly changes: readonly SyntheticChange[];
  readonly interactions: readonly SyntheticInteraction[];
}

/** The number of leads of a sales year. */
export const SALES_YEAR_LEADS = 2000;

const SEED = 20_260_301;

const MS_A_DAY = 86_400_000;

/** The leads were created over so many days. A year of landmarks with a horizon of 90 days needs that many. */
const DAYS = 455;

/** How often a source occurs, and how it changes the odds of winning (as a logarithm). */
const SOURCES = [
  { source: 'website', share: 0.34, effect: 0 },
  { source: 'referral', share: 0.14, effect: 1.1 },
  { source: 'linkedin', share: 0.16, effect: -0.2 },
  { source: 'tradeshow', share: 0.12, effect: 0.4 },
  { source: 'coldcall', share: 0.24, effect: -1 },
] as const;

const FIRST_NAMES = ['Ada', 'Bela', 'Chidi', 'Dora', 'Emil', 'Farah', 'Goran', 'Hana', 'Ivo', 'Jun'];
const LAST_NAMES = ['Sample', 'Specimen', 'Mustermann', 'Placeholder', 'Beispiel', 'Exemplo', 'Esempio'];
const LOCATIONS = [
  'Berlin, Germany',
  'Lyon, France',
  'Leeds, United Kingdom',
  'Porto, Portugal',
  'Austin, TX, United States',
];

/** The statuses before the outcome, and the share of the time until then after which they are reached. */
const STAGES = [
  { status: 'contacted', share: 0.1 },
  { status: 'qualified', share: 0.35 },
  { status: 'proposal', share: 0.6 },
  { status: 'negotiation', share: 0.8 },
] as const;

/**
 * Invents a sales year: leads, the changes of their statuses and budgets, their interactions and their outcomes. A fixed
 * seed determines everything but the dates, which are relative to an instant.
 *
 * The outcome depends on the interest of the lead, which shows in frequent contacts, on the budget, and on the source.
 * About 30 % of the leads are still open. Addresses use a domain that is reserved for examples.
 */
export function* salesYear(asOf: Date): Generator<SyntheticLead> {
  for (let number = 1; number <= SALES_YEAR_LEADS; number += 1) yield syntheticLead(number, asOf);
}

/** What determines the course of a sale. Times are in days after the creation of the lead. */
interface Course {
  readonly random: SeededRandom;
  /** The age of the lead at the end of the year. */
  readonly age: number;
  readonly interest: number;
  readonly budget: number | null;
  readonly outcome: 'won' | 'lost' | 'none';
  /** When the outcome is decided; infinity: never. */
  readonly decision: number;
}

function syntheticLead(number: number, asOf: Date): SyntheticLead {
  const random = new SeededRandom(SEED + number);
  const { source, effect } = pickSource(random);
  const course = courseOf(random, effect);
  const createdAt = asOf.getTime() - course.age * MS_A_DAY;
  const instant = (day: number) => new Date(Math.round(Math.min(createdAt + day * MS_A_DAY, FARTHEST)));
  const firstName = random.pick(FIRST_NAMES);
  const lastName = random.pick(LAST_NAMES);
  return {
    firstName,
    lastName,
    email: `${firstName}.${lastName}.${number}@synthetic-${number % 400}.example`.toLowerCase(),
    company: `Synthetic Company ${number % 400}`,
    location: random.pick(LOCATIONS),
    source,
    changes: changesOf(course).map(({ day, delay, status, budget }) => ({
      effectiveAt: instant(day),
      recordedAt: instant(Math.min(day + delay, course.age)),
      status,
      budget,
    })),
    interactions: interactionsOf(course).map(({ day, recordedOn, type, direction }) => ({
      type,
      direction,
      date: instant(day),
      recordedAt: instant(recordedOn),
    })),
  };
}

const FARTHEST = Date.UTC(9999, 0, 1);

function pickSource(random: SeededRandom): (typeof SOURCES)[number] {
  let rest = random.number();
  for (const one of SOURCES) {
    rest -= one.share;
    if (rest < 0) return one;
  }
  return SOURCES[0];
}

function courseOf(random: SeededRandom, sourceEffect: number): Course {
  const age = random.number(1, DAYS);
  const interest = random.normal();
  const worth = random.normal();
  const budget = random.isTrue(0.85) ? Math.round(30 * Math.exp(0.9 * worth)) * 1000 : null;
  const odds = 0.9 * interest + 0.6 * (budget === null ? -0.5 : worth) + sourceEffect - 0.5;
  const isPromising = random.isTrue(1 / (1 + Math.exp(-odds)));
  if (!isPromising && random.isTrue(0.3)) {
    return { random, age, interest, budget, outcome: 'none', decision: Infinity };
  }
  const decision = (isPromising ? 65 : 80) * Math.exp(0.5 * random.normal());
  return { random, age, interest, budget, outcome: isPromising ? 'won' : 'lost', decision };
}

interface CourseChange {
  readonly day: number;
  /** The days from the change until it was recorded. */
  readonly delay: number;
  readonly status: string;
  readonly budget: number | null;
}

function changesOf({ random, age, budget, outcome, decision }: Course): CourseChange[] {
  // A lead that is not won gives up after some stage.
  const stages = outcome === 'won' ? STAGES.length : Math.floor(random.number(0, STAGES.length + 0.5));
  const knowsBudget = random.isTrue(0.5);
  const timeOfStages = Math.min(decision, 100);
  const reached = STAGES.slice(0, stages).map(({ status, share }): Pick<CourseChange, 'status' | 'day'> => ({
    status,
    day: timeOfStages * (share + random.number(-0.05, 0.05)),
  }));
  const end = outcome === 'lost' && stages < 2 ? 'unqualified' : outcome;
  return [
    { status: 'new', day: 0 },
    ...reached,
    ...(outcome === 'none' ? [] : [{ status: end, day: decision }]),
  ]
    .filter(({ day }) => day < age)
    .map(({ status, day }) => ({
      status,
      day,
      delay: day > 0 && random.isTrue(0.2) ? random.number(0, 2) : 0,
      budget: knowsBudget || !['new', 'contacted'].includes(status) ? budget : null,
    }));
}

interface CourseInteraction {
  readonly day: number;
  readonly recordedOn: number;
  readonly type: InteractionType;
  readonly direction: InteractionDirection | null;
}

/**
 * Contacts become more frequent before a lead is won, and rarer before it is lost. E-mails of the team do not depend on the
 * outcome.
 */
function interactionsOf(course: Course): CourseInteraction[] {
  const { random, age, interest, outcome, decision } = course;
  const interactions: CourseInteraction[] = [];
  const end = Math.min(age, decision);
  const gap = (mean: number) => -mean * Math.log(1 - random.number());
  for (let day = gap(4); day < end;) {
    interactions.push(contactOn(course, day));
    const progress = day / Math.min(decision, 150);
    const pace = outcome === 'won' ? 11 - 6 * progress : 10 + 30 * progress;
    day += gap(Math.max(2, pace * Math.exp(-0.35 * interest)));
  }
  for (let day = gap(3); day < end; day += gap(16)) {
    interactions.push({ day, recordedOn: day, type: 'email', direction: 'outbound' });
  }
  const isMeetingAhead = age < decision && age < 150 && random.isTrue(outcome === 'won' ? 0.4 : 0.1);
  if (isMeetingAhead) {
    interactions.push({ day: age + random.number(1, 14), recordedOn: age, type: 'meeting', direction: null });
  }
  return interactions;
}

function contactOn({ random, age, outcome, decision }: Course, day: number): CourseInteraction {
  const isLate = day > Math.min(decision, 150) / 2;
  const isMeeting = random.isTrue(isLate && outcome === 'won' ? 0.35 : 0.1);
  const type = isMeeting ? 'meeting' : random.pick(['call', 'email'] as const);
  const direction = type === 'email' ? 'inbound' : random.pick(['inbound', 'outbound', null] as const);
  const isPlanned = isMeeting && random.isTrue(0.6);
  const delay = random.isTrue(0.2) ? random.number(0, 3) : random.number(0, 0.1);
  const recordedOn = isPlanned ? Math.max(0, day - random.number(2, 10)) : Math.min(age, day + delay);
  return { day, recordedOn, type, direction };
}
