// Fails if schema.graphql contains a breaking change that no commit announces: see schema-check.ts.
import { checkSchema } from './schema-check.js';

const { isOk, report } = await checkSchema(process.cwd(), process.argv.includes('--breaking-change'));
if (report !== '') console.log(report);
process.exitCode = isOk ? 0 : 1;
