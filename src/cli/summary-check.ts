import { readEnvironment } from '../config/environment.js';
import { loadSettings } from '../config/settings.js';
import type { OpenRouterSettings } from '../config/summary-settings.js';
import { checkCompletion, checkKey, type CheckResult } from '../leads/summaries/openrouter/provider-check.js';
import { reportFailure } from './report-failure.js';

const USAGE = `Usage: pnpm summary:check

Says whether summaries can be written with the present settings, and if not, what is wrong: asks the provider about the
key, and the model for one tiny answer, which costs next to nothing. It needs no database.

Exit code: 0 summaries can be written, 1 they cannot, 2 the settings are wrong
`;

const GOOD = 0;
const BAD = 1;
const WRONG_SETTINGS = 2;

function print({ outcome, message }: CheckResult): void {
  console.log(`${{ good: 'ok ', bad: 'BAD', unknown: ' ? ' }[outcome]}  ${message}`);
}

async function checkProvider(settings: OpenRouterSettings): Promise<number> {
  console.log(`Asking ${settings.baseUrl} for ${settings.models.join(', ')}.`);
  const key = await checkKey(settings);
  print(key);
  if (key.outcome === 'bad') return BAD;
  const completion = await checkCompletion(settings);
  print(completion);
  return completion.outcome === 'bad' ? BAD : GOOD;
}

async function check(): Promise<number> {
  const { writer } = loadSettings(readEnvironment()).summaries;
  switch (writer.provider) {
    case 'openrouter':
      return checkProvider(writer.openRouter);
    case 'template':
      console.log(
        writer.isFallback
          ? 'The built-in template writes summaries, since OPENROUTER_API_KEY is not set. No model is asked.'
          : 'The built-in template writes summaries, as SUMMARY_PROVIDER says. No model is asked.',
      );
      return GOOD;
    case 'off':
      console.log('Summaries are switched off, as SUMMARY_PROVIDER says.');
      return BAD;
  }
}

const [argument, ...others] = process.argv.slice(2);
if (argument === '--help' || argument === '-h') {
  process.stdout.write(USAGE);
} else if (argument !== undefined || others.length > 0) {
  process.stderr.write(`Unknown: ${argument}\n\n${USAGE}`);
  process.exitCode = WRONG_SETTINGS;
} else {
  try {
    process.exitCode = await check();
  } catch (error) {
    reportFailure(error);
    process.exitCode = WRONG_SETTINGS;
  }
}
