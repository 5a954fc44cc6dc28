import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * Security headers for browsers. The API returns data only, so its responses may load nothing and may not be
 * framed. GraphiQL, in development, has its own policy. HSTS is for production only: in development it would
 * lock a browser out of other servers on the same host name.
 */
export async function setSecurityHeaders(
  app: NestFastifyApplication,
  environment: 'development' | 'production',
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    hsts: environment === 'production',
    referrerPolicy: { policy: 'no-referrer' },
  });
}
