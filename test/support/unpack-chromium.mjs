// Unpacks the browser of @sparticuz/chromium and its libraries into TMPDIR. Runs in its own process, because
// environment variables control the package.
import chromium from '@sparticuz/chromium';

await chromium.executablePath();
