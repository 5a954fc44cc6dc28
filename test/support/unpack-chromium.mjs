// Unpacks the browser of @sparticuz/chromium, and the libraries it needs where nothing is installed, into TMPDIR. In a
// process of its own, since the package is steered by environment variables.
import chromium from '@sparticuz/chromium';

await chromium.executablePath();
