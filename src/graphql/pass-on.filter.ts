import { Catch, type ExceptionFilter } from '@nestjs/common';

/**
 * Hands every error on to `formatError`, which decides what the client and the log get to see. Without a
 * filter Nest logs each one as an unhandled exception, a wrong e-mail address with its stack included.
 */
@Catch()
export class PassOnFilter implements ExceptionFilter {
  catch(error: unknown): unknown {
    return error;
  }
}
