import { DRAFT_LIMITS, type SummaryDraft } from '../summary-draft.js';
import type { InputInteraction, SummaryInput } from '../summary-input.js';
import { plain } from './calendar-words.js';
import { isSupported } from './citations.js';
import { FactChecker } from './fact-checker.js';
import { type Language, languageOf } from './name-words.js';
import { type PromptTexts, textFault } from './text-rules.js';

export type CheckedDraft =
  { readonly draft: SummaryDraft; readonly fault?: undefined } | { readonly fault: string };

type KeyPoint = SummaryDraft['keyPoints'][number];

const tidied = (text: string): string => text.trim().replace(/\s+/g, ' ');

/**
 * The boundary between what a model wrote and what is stored: the prompt asks, this decides. White space is tidied;
 * what breaks a rule is refused, with the field and the rule in words that the model can act on, and without a word
 * of what it wrote.
 */
export function checkDraft(draft: SummaryDraft, input: SummaryInput, prompt: PromptTexts): CheckedDraft {
  const fault = faultOf(draft, input, prompt);
  if (fault !== null) return { fault };
  return {
    draft: {
      headline: tidied(draft.headline),
      summary: tidied(draft.summary),
      keyPoints: draft.keyPoints.map(({ text, interactions }) => ({
        text: tidied(text),
        interactions: [...new Set(interactions)],
      })),
      nextStep: tidied(draft.nextStep),
    },
  };
}

function faultOf(draft: SummaryDraft, input: SummaryInput, prompt: PromptTexts): string | null {
  if (draft.keyPoints.length > DRAFT_LIMITS.keyPoints) {
    return `keyPoints has more than ${DRAFT_LIMITS.keyPoints} entries`;
  }
  // A short text alone does not give it away.
  const language = languageOf(allTextOf(draft));
  return (
    firstFault(fieldsOf(draft), ([, text, maxLength]) => textFault(text.trim(), maxLength, prompt)) ??
    firstFault(
      draft.keyPoints.map((point, index) => [`keyPoints[${index}]`, point] as const),
      ([, point]) => keyPointFault(point, input, language),
    ) ??
    proseFault(draft, input, language) ??
    (namesTheLead(draft, input) ? null : 'neither the name nor the company of the lead is mentioned')
  );
}

function firstFault<Field extends readonly [string, ...unknown[]]>(
  fields: readonly Field[],
  faultOfField: (field: Field) => string | null,
): string | null {
  for (const field of fields) {
    const fault = faultOfField(field);
    if (fault !== null) return `${field[0]} ${fault}`;
  }
  return null;
}

function fieldsOf({ headline, summary, keyPoints, nextStep }: SummaryDraft): [string, string, number][] {
  return [
    ['headline', headline, DRAFT_LIMITS.headline],
    ['summary', summary, DRAFT_LIMITS.summary],
    ...keyPoints.map(({ text }, index): [string, string, number] => [
      `keyPoints[${index}].text`,
      text,
      DRAFT_LIMITS.keyPoint,
    ]),
    ['nextStep', nextStep, DRAFT_LIMITS.nextStep],
  ];
}

const allTextOf = (draft: SummaryDraft): string =>
  fieldsOf(draft)
    .map(([, text]) => text)
    .join('\n');

const citedBy = (aliases: readonly string[], { interactions }: SummaryInput): InputInteraction[] =>
  interactions.filter(({ alias }) => aliases.includes(alias));

function keyPointFault(
  { text, interactions: aliases }: KeyPoint,
  input: SummaryInput,
  language: Language,
): string | null {
  if (aliases.length === 0) return 'cites no interaction';
  const cited = citedBy(aliases, input);
  if (cited.length < new Set(aliases).size) return 'cites an interaction that is not there';
  const fault = new FactChecker(input, cited, cited, language).faultOf(text);
  if (fault !== null) return fault;
  return isSupported(text, cited, input.interactions) ? null : 'cites an interaction that does not say so';
}

/**
 * The rest cites nothing by itself: it may say what the lead's record says and what the key points cite, and when
 * there was contact. Where there are no key points, whatever is known.
 */
function proseFault(
  { headline, summary, keyPoints, nextStep }: SummaryDraft,
  input: SummaryInput,
  language: Language,
): string | null {
  const cited = citedBy(
    keyPoints.flatMap(({ interactions }) => interactions),
    input,
  );
  const grounds = new FactChecker(
    input,
    cited.length > 0 ? cited : input.interactions,
    input.interactions,
    language,
  );
  const fields = [
    ['headline', headline],
    ['summary', summary],
    ['nextStep', nextStep],
  ] as const;
  return firstFault(fields, ([field, text]) => grounds.faultOf(text, field === 'headline'));
}

/** A text about nobody is no summary of this lead. */
function namesTheLead(draft: SummaryDraft, { lead }: SummaryInput): boolean {
  const names = [lead.name, lead.company].flatMap(
    (name) => plain(name ?? '').match(/[\p{L}\p{N}]{2,}/gu) ?? [],
  );
  if (names.length === 0) return true;
  const said = plain(allTextOf(draft));
  return names.some((name) => said.includes(name));
}
