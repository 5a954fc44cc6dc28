import { readEnvironment } from '../config/environment.js';
import { loadSettings } from '../config/settings.js';
import type { OpenRouterSettings } from '../config/summary-settings.js';
import { checkCompletion, checkKey, type CheckResult } from '../summaries/openrouter/provider-check.js';

const GOOD = 0;
const BAD = 1;

function print({ outcome, message }: CheckResult): void {
  console.log(`${{ good: 'ok ', bad: 'BAD', unknown: ' ? ' }[outcome]}  ${message}`);
}

async function checkProvider(settings: OpenRouterSettings): Promise<number> {
  console.log(`Testing ${settings.models.join(', ')} at ${settings.baseUrl}.`);
  const key = await checkKey(settings);
  print(key);
  if (key.outcome === 'bad') return BAD;
  const completion = await checkCompletion(settings);
  print(completion);
  return completion.outcome === 'bad' ? BAD : GOOD;
}

export async function runSummaryCheck(): Promise<void> {
  process.exitCode = await check();
}

async function check(): Promise<number> {
  const { writer } = loadSettings(readEnvironment()).summaries;
  switch (writer.provider) {
    case 'openrouter':
      return checkProvider(writer.openRouter);
    case 'template':
      console.log(
        writer.isFallback
          ? 'The built-in template writes summaries, because OPENROUTER_API_KEY is not set. No model is called.'
          : 'The built-in template writes summaries, because SUMMARY_PROVIDER is template. No model is called.',
      );
      return GOOD;
    case 'off':
      console.log('Summaries are switched off, because SUMMARY_PROVIDER is off.');
      return BAD;
  }
}
