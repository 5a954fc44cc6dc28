/** Tags by which models mark what they think; what the groups are called is what a match does. */
const NAMES = 'think(?:ing)?|thoughts?|reasoning|reflection|analysis|scratchpad|seed:think';
const TAG = new RegExp(
  [
    String.raw`(?<opening><\s*(?:${NAMES})(?:\s[^<>/]*)?>|\[think(?:ing)?\]|◁think▷|<\|begin_of_thought\|>|<\|start_thinking\|>|<\|channel\|>\s*(?:analysis|commentary)\b)`,
    String.raw`(?<closing><\s*/\s*(?:${NAMES})\s*>|\[/think(?:ing)?\]|◁/think▷|<\|end_of_thought\|>|<\|end_thinking\|>|<\|channel\|>\s*final\b)`,
  ].join('|'),
  'gi',
);

/** Replaces a block: no JSON can go on across it. */
const GAP = '\u0000';

/**
 * The text of a model without the blocks in which it thinks. A closing tag without an opening one ends a block whose
 * beginning the server has removed, so nothing before it counts either.
 * @returns null if a block has no end: the text was cut off
 */
export function withoutReasoning(text: string): string | null {
  let answer = '';
  let depth = 0;
  let from = 0;
  for (const { 0: tag, index, groups } of text.matchAll(TAG)) {
    if (groups?.opening !== undefined) {
      if (depth === 0) answer += text.slice(from, index) + GAP;
      depth += 1;
    } else if (depth > 0) {
      depth -= 1;
    } else {
      answer = '';
    }
    from = index + tag.length;
  }
  return depth > 0 ? null : answer + text.slice(from);
}
