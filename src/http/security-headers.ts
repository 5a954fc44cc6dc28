import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * Headers for browsers: what is answered here is data, so it may load nothing and be shown in no frame. The page of
 * GraphiQL, in development, has a policy of its own. Whoever serves production by HTTPS wants no other way from then on; in
 * development that would lock a browser out of other servers on the same name.
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
