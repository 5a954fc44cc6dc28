/** Tags that models use to mark reasoning. The named groups determine the effect of a match. */
const NAMES = 'think(?:ing)?|thoughts?|reasoning|reflection|analysis|scratchpad|seed:think';
const TAG = new RegExp(
  [
    String.raw`(?<opening><\s*(?:${NAMES})(?:\s[^<>/]*)?>|\[think(?:ing)?\]|◁think▷|<\|begin_of_thought\|>|<\|start_thinking\|>|<\|channel\|>\s*(?:analysis|commentary)\b)`,
    String.raw`(?<closing><\s*/\s*(?:${NAMES})\s*>|\[/think(?:ing)?\]|◁/think▷|<\|end_of_thought\|>|<\|end_thinking\|>|<\|channel\|>\s*final\b)`,
  ].join('|'),
  'gi',
);

/** Replaces a block of reasoning with a character that cannot be part of JSON. */
const GAP = '\u0000';

/**
 * Removes blocks of reasoning from the text of a model. A closing tag without an opening tag ends a block
 * whose beginning the server has removed, so everything before it is also removed.
 * @returns null if a block is not closed, because the text was truncated
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
