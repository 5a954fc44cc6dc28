import { DRAFT_LIMITS, type SummaryDraft } from '../summary-draft.js';
import type { InputInteraction, SummaryInput } from '../summary-input.js';
import { plain } from './calendar-words.js';
import { isSupported } from './citations.js';
import { FactChecker } from './fact-checker.js';
import { type Language, languageOf } from './name-words.js';
import { type PromptTexts, textViolation } from './text-rules.js';

export type CheckedDraft =
  { readonly draft: SummaryDraft; readonly violation?: undefined } | { readonly violation: string };

type KeyPoint = SummaryDraft['keyPoints'][number];

const tidied = (text: string): string => text.trim().replace(/\s+/g, ' ');

/**
 * Decides whether the draft of a model can be stored; the prompt alone guarantees nothing. Trims white space.
 * Rejects a draft that breaks a rule, and returns the field and the rule for the repair request, without any
 * text of the model.
 */
export function checkDraft(draft: SummaryDraft, input: SummaryInput, prompt: PromptTexts): CheckedDraft {
  const violation = violationOf(draft, input, prompt);
  if (violation !== null) return { violation };
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

function violationOf(draft: SummaryDraft, input: SummaryInput, prompt: PromptTexts): string | null {
  if (draft.keyPoints.length > DRAFT_LIMITS.keyPoints) {
    return `keyPoints has more than ${DRAFT_LIMITS.keyPoints} entries`;
  }
  // The language of a short text alone cannot be detected.
  const language = languageOf(allTextOf(draft));
  return (
    firstViolation(fieldsOf(draft), ([, text, maxLength]) => textViolation(text.trim(), maxLength, prompt)) ??
    firstViolation(
      draft.keyPoints.map((point, index) => [`keyPoints[${index}]`, point] as const),
      ([, point]) => keyPointViolation(point, input, language),
    ) ??
    proseViolation(draft, input, language) ??
    (namesTheLead(draft, input) ? null : 'neither the name nor the company of the lead is mentioned')
  );
}

function firstViolation<Field extends readonly [string, ...unknown[]]>(
  fields: readonly Field[],
  violationOfField: (field: Field) => string | null,
): string | null {
  for (const field of fields) {
    const violation = violationOfField(field);
    if (violation !== null) return `${field[0]} ${violation}`;
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

function keyPointViolation(
  { text, interactions: aliases }: KeyPoint,
  input: SummaryInput,
  language: Language,
): string | null {
  if (aliases.length === 0) return 'cites no interaction';
  const cited = citedBy(aliases, input);
  if (cited.length < new Set(aliases).size) return 'cites an interaction that is not there';
  const violation = new FactChecker(input, cited, cited, language).violationOf(text);
  if (violation !== null) return violation;
  return isSupported(text, cited, input.interactions) ? null : 'cites an interaction that does not say so';
}

/**
 * Checks the texts that cite no interactions themselves. They may use the record of the lead, the
 * interactions that the key points cite, and the dates of all interactions. If no interaction is cited, they
 * may use all of them.
 */
function proseViolation(
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
  return firstViolation(fields, ([field, text]) => grounds.violationOf(text, field === 'headline'));
}

/** A summary must mention the name or the company of the lead. */
function namesTheLead(draft: SummaryDraft, { lead }: SummaryInput): boolean {
  const names = [lead.name, lead.company].flatMap(
    (name) => plain(name ?? '').match(/[\p{L}\p{N}]{2,}/gu) ?? [],
  );
  if (names.length === 0) return true;
  const said = plain(allTextOf(draft));
  return names.some((name) => said.includes(name));
}
