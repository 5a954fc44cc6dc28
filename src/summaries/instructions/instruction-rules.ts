import { fold } from './disguises.js';
import {
  ADDRESSES,
  ARTEFACT_NOUNS,
  BECOMING,
  INSTRUCTION_NOUNS,
  MACHINE_NOUNS,
  NEW_ORDERS,
  OVERRIDE_VERBS,
  TELL_VERBS,
} from './phrases.js';

/** The maximum distance between two related words, in characters. Scripts without spaces need fewer. */
const NEAR = 60;

const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

const escaped = (phrase: string): string => phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Returns a pattern for any of these phrases. All alternatives share the lookarounds: one lookaround for each
 * would take seconds to compile.
 * @param end the pattern that must follow a word of a script with spaces
 */
function anyOf(phrases: readonly string[], end: string): string {
  const oneOf = (some: readonly string[]) => some.map((phrase) => escaped(fold(phrase))).join('|');
  const spaceless = phrases.filter((phrase) => SPACELESS.test(phrase));
  const spaced = phrases.filter((phrase) => !SPACELESS.test(phrase));
  const words = String.raw`(?<![\p{L}\p{N}])(?:${oneOf(spaced)})${end}`;
  return spaceless.length === 0 ? words : `(?:${words}|${oneOf(spaceless)})`;
}

const WHOLE = String.raw`(?![\p{L}\p{N}])`;

const found = (phrases: readonly string[], end: string) => {
  const pattern = new RegExp(anyOf(phrases, end), 'gu');
  return (text: string): { start: number; end: number }[] =>
    [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
};

const overrides = found(OVERRIDE_VERBS, WHOLE);
const instructions = found(INSTRUCTION_NOUNS, '');
const tellings = found(TELL_VERBS, WHOLE);
const artefacts = found(ARTEFACT_NOUNS, '');
const machines = found(MACHINE_NOUNS, '');
const becomings = found(BECOMING, WHOLE);
const ADDRESSED = new RegExp(String.raw`${anyOf(ADDRESSES, WHOLE)}\s?[:,;!：，！、。–—-]`, 'u');
const isAddressed = (text: string): boolean => ADDRESSED.test(text);
const newOrders = found(NEW_ORDERS, '');

type Places = readonly { readonly start: number; readonly end: number }[];

function areNear(ones: Places, others: Places): boolean {
  return ones.some((one) =>
    others.some((other) => other.start - one.end < NEAR && one.start - other.end < NEAR),
  );
}

/** An English verb is an order only at the beginning of a sentence or clause, or after one of these words. */
const ORDER = String.raw`(?:^|[.!?:;,"'()\n–—-]\s*|(?<!\p{L})(?:please|pls|kindly|now|then|must|should|shall|always|just|only|also|instead|simply|immediately|you|you will|and|but|never|not|don't)\s)`;
const SAY = String.raw`(?:write|say|state|respond|reply|answer|output|print|repeat|return|echo|claim|mention|include|insert|append|add|describe|rate|rank|score|declare|report|generate|produce|create|make|set|change|start|begin|end|put|give|recommend|tell|use|summari[sz]e|translate|call)`;
const TARGET = String.raw`(?:summar(?:y|ies)|headlines?|key ?points?|bullet points?|lead card|activity score|score|rating|json|prompt|your (?:answer|response|reply|text|message|result|output)|the (?:response|output))`;
const MACHINE = String.raw`(?:a\.?i\.?|ai (?:assistant|model|system|agent)|assistant|language model|llms?|gpt|chat ?gpt|claude|gemini|copilot|chat ?bot|bot|model|summari[sz]er|automated (?:system|reader|tool)s?|machines?|algorithm)`;
/** Terms for machines that are never customers' employees. */
const UNMISTAKABLE_MACHINE = MACHINE.replace('|assistant|', '|')
  .replace('|model|', '|')
  .replace('|bot|', '|');

/** English patterns, and markers of machines that apply to any language. */
const PATTERNS: readonly RegExp[] = [
  String.raw`${ORDER}${SAY}(?!\p{L})[^.!?\n]{0,60}?(?<!\p{L})${TARGET}(?!\p{L})`,
  String.raw`(?<!\p{L})(?:summari[sz]e|describe|rate|rank|present|label|classify|flag|treat|mark) (?:this|the|that) (?:lead|contact|person|customer|company|prospect|record)[^.!?\n]{0,20} as(?!\p{L})`,
  String.raw`${ORDER}(?:write|say|respond|reply|answer|output|print|repeat|return|echo)(?: back)?(?: only| exactly| with| in| as| using| that| it| this| simply| just)*(?: exactly| verbatim| literally| nothing (?:else|but)| only (?:with|the)| the (?:following|words?|phrase|text|sentence|string|code)| this (?:sentence|text|phrase|word))`,
  String.raw`${ORDER}(?:write|say|print|echo|respond with|reply with|answer with)(?: that| only)?\s?[:"'“«„]`,
  String.raw`${ORDER}(?:output|repeat|return|answer|reply)(?: that| only)?\s?["“«„]`,
  String.raw`(?:exactly|only) (?:the )?(?:words?|phrase|sentence|string|text)\s?[:"'“«„]`,
  String.raw`(?<!\p{L})you are (?:now |no longer |actually |really )?(?:an? |the |my )?(?:\p{L}+ ){0,3}${MACHINE}(?!\p{L})`,
  String.raw`(?<!\p{L})(?:as|being) an? (?:helpful |large )?(?:ai|llm|language model|assistant)(?: model| assistant| system| agent)?\s?(?:,|:|you|please|must|should)`,
  String.raw`(?<!\p{L})(?:dear|hey|hello|hi|ok|attention|attn|psst)[\s,:]+(?:the |all |any )?${MACHINE}(?!\p{L})\s?[,:;.!–—-]`,
  String.raw`(?<!\p{L})(?:note|message|notice|hint|instructions?|memo|directive|reminder|attention|request|info|information|important)s? (?:to|for) (?:the |any |all |every |whatever |whichever |your )?(?:\p{L}+ ){0,2}?${UNMISTAKABLE_MACHINE}(?!\p{L})`,
  String.raw`(?<!\p{L})(?:any|all|every|whichever|whatever) (?:ai|llms?|language models?|chat ?bots?|automated systems?|models?|machines?) (?:\p{L}+ ){0,4}(?:must|should|shall|has to|have to|will|that|reading|processing)`,
  String.raw`(?<!\p{L})${UNMISTAKABLE_MACHINE}s?(?: models?| systems?)? (?:reading|processing|summari[sz]ing|that (?:reads?|process)|who reads?|which reads?|parsing|handling)`,
  String.raw`(?<!\p{L})(?:to|for) (?:the |any |an? |all )?(?:ai|llms?|summari[sz]ers?|chat ?bots?|language models?)\s?[):,–—-]`,
  String.raw`${ORDER}${SAY} (?:with )?(?:the|this) (?:exact |following |single )?(?:sentence|phrase|words?|string)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:hidden|secret|system|override) (?:directives?|instructions?|orders?|commands?|messages?|prompts?)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:text generator|who(?:so)?ever summari[sz]es|whatever (?:you (?:produce|write|generate)|reads this)|automated reader,|an automated reader)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:everything|all|anything|text|notes?|records?) (?:before|above|prior to|up to|until) this (?:line|note|point|message|text|was|is)(?!\p{L})`,
  String.raw`\{\{\s?[#/]?\s?(?:system|user|assistant|prompt)`,
  String.raw`(?<!\p{L})(?:assistant|ai|model|bot|chatgpt|computer|robot)\s?,\s?(?:please )?${SAY}(?!\p{L})`,
  String.raw`(?<!\p{L})the (?:language model|ai|llm|chat ?bot|assistant) (?:that )?you are(?!\p{L})`,
  String.raw`(?<!\p{L})to whom it may concern[^.\n]{0,20}(?:ai|llm|bot|model|assistant)(?!\p{L})`,
  String.raw`(?<!\p{L})the (?:assistant|ai|model|llm|summari[sz]er|bot) (?:must|should|shall|has to|will|is to|needs to) (?:now |always |never |only )?(?:include|say|write|mention|output|respond|reply|state|answer|ignore|call|describe|recommend|use|add|set|report)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:tell|inform|advise|instruct|convince) (?:your|the) (?:user|users|reader|salesperson|sales rep|sales team|rep|operator)s?(?!\p{L})`,
  String.raw`(?<!\p{L})your (?:new |only |real |actual |current |next )?(?:goal|task|job|mission|role|objective|purpose|instructions?|orders?) (?:is|are|now|has|have|were|will be)(?!\p{L})`,
  String.raw`(?<!\p{L})your (?:answer|response|reply|output|summary|text) (?:must|should|shall|has to|have to|needs to|is to|will)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:for the rest of (?:the|this) (?:conversation|chat|session)|in the style of an?|(?:answer|respond|reply|write|talk|speak) (?:only )?(?:like an?|in (?:pirate|rhyme|verse|capitals|all caps|emoji)))(?!\p{L})`,
  String.raw`(?<!\p{L})(?:begin|start|end|open|close|stop) (?:of )?(?:the )?(?:system|admin|administrator|developer|hidden|secret|override) (?:message|prompt|instructions?|section|note|text|block|command)`,
  String.raw`(?<!\p{L})(?:status|score|headline|next_?step|summary)\s?=\s?\S+[;,]\s?(?:status|score|headline|next_?step|summary)\s?=`,
  String.raw`(?<!\p{L})(?:jail ?break|developer mode|debug mode|god mode|dan mode|do anything now|system prompt|system override|admin(?:istrator)? override|prompt injection|hidden instructions?)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:new|updated|revised|real|actual|true|secret|special|additional|final|important) (?:system )?(?:instructions?|prompt|directives?|task|rules?)\s?(?:[:.!–—-]|for (?:you|the|this|all))`,
  String.raw`(?<!\p{L})from now on(?!\p{L})[^.!?\n]{0,30}(?<!\p{L})(?:you|write|say|answer|respond|act|call|refer|every|all|ignore)(?!\p{L})`,
  String.raw`${ORDER}(?:act as (?:an?|the|if)|pretend (?:to be|you|that)|role-?play|simulate|impersonate)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:when|while|whenever|before|after|if|once)(?: you(?: are)?| asked to)? (?:summari[sz]\p{L}*|process(?:ing)? (?:this|the)|read(?:ing)? (?:this|these)|generat(?:e|ing)|writ(?:e|ing) (?:the|this|your|a) (?:summary|headline)|creat(?:e|ing) (?:the|this|your|a) (?:summary|headline))`,
  String.raw`(?<!\p{L})(?:summar(?:y|ies)|headlines?|key points?|lead card|output|summari[sz]ation)(?: \p{L}+){0,6}? (?:should|must|shall|has to|have to|needs? to|is to|are to|ought to|will|may) (?:only |always |also |not |never |just |simply |therefore )?(?:be|read|say|state|mention|include|contain|recommend|call|describe|start|begin|end|consist|tell|note|highlight|emphasi[sz]e)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:correct|right|official|final|only|approved|true|real|valid) (?:lead )?(?:summary|headline)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:summary|headline|score) (?:of|for) (?:this|the) (?:lead|contact|customer|person|record|prospect)(?!\p{L})`,
  String.raw`(?<!\p{L})(?:reveal|show|print|repeat|output|leak|disclose|expose|translate|copy|display|tell me)(?!\p{L})[^.!?\n]{0,25}(?:(?:system|initial|original|hidden|secret|your|above|previous) (?:prompt|instructions?|messages?|rules|text)|text above|words above|everything above)`,
  String.raw`(?<!\p{L})(?:set|change|raise|increase|lower|put|update|adjust)(?: \p{L}+){0,3} (?:score|rating|activity score)(?: \p{L}+){0,3} (?:to|at) \d`,
  String.raw`(?<!\p{L})(?:score|rate|rank) (?:this|the|him|her|them|me|us)(?: \p{L}+){0,3} (?:\d|as|highest|lowest|top|100)`,
  String.raw`<\|?\s*/?(?:im_start|im_end|system|endoftext|eot_id|start_header_id|user|assistant|instructions?|prompt|untrusted|notes?|data|records?|context)\s*\|?>`,
  String.raw`\[/?(?:inst|sys|system|instructions?|assistant|user)\]|<</?sys>>`,
  String.raw`#{2,}\s?(?:instructions?|system|response|human|assistant|user|new|end|begin|task)(?!\p{L})`,
  String.raw`(?:^|\n|["'>.])\s?(?:system|assistant|ai|developer|user|human)\s?:\s?(?:you|ignore|please|new|write|say|from|override|disregard|always|never|do not|set|print|respond|reply|answer|forget|sure|ok|certainly|the (?:correct|new|following))(?!\p{L})`,
  String.raw`[=*#~-]{3,}\s?(?:the )?(?:end|begin|start|new|stop)(?: of)?(?: the| new| all)?(?: \p{L}+)? ?(?:data|notes?|records?|inputs?|instructions?|prompt|context|system|interactions?|facts|delimiter)`,
  String.raw`(?<!\p{L})(?:end|beginning) of (?:the |all |user |lead )?(?:data|notes|records|inputs?|instructions|prompt|context|interactions|facts)\s?(?:$|[^\p{L}\p{N}\s])`,
  String.raw`["'](?:role|headline|keypoints|key_points|nextstep|next_step|summary|system|instructions?|tool_calls|function_call|activityscore|system_prompt)["']\s?:`,
  String.raw`["']id["']\s?:\s?["']i\d+["']`,
  String.raw`(?<!\p{L})(?:headline|keypoints?|next_?step)\s?:\s?[^\n]{0,80}\n\s?(?:summary|keypoints?|next_?step|headline)\s?:`,
].map((source) => new RegExp(source, 'u'));

/** Whether a folded text gives a machine instructions. */
export function givesInstructions(text: string): boolean {
  if (PATTERNS.some((pattern) => pattern.test(text))) return true;
  const overriding = overrides(text);
  if (overriding.length > 0 && areNear(overriding, instructions(text))) return true;
  if (becomings(text).length > 0 || newOrders(text).length > 0) return true;
  if (isAddressed(text)) return true;
  const telling = tellings(text);
  const addressed = machines(text);
  if (addressed.length > 0 && (areNear(addressed, telling) || areNear(addressed, overriding))) return true;
  return telling.length > 0 && areNear(telling, artefacts(text));
}
