import { RouteConfig } from '@nestjs/platform-fastify';
import type { Role } from './caller.js';

/** The rules of a route outside GraphQL. Hooks apply them before the body of a request is read. */
export interface RouteRules {
  /** The caller must be authenticated and have this role. */
  readonly requiredRole: Role;
  /** Whether each request also counts towards the stricter rate limit of bulk operations. */
  readonly isBulk: boolean;
  /** Whether the body is a stream that the route stores on disk, so that its size does not matter for memory. */
  readonly isUpload?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    rules?: RouteRules;
  }
}

/** Sets the rules of a route. A route without rules is open to every client. */
export const WithRouteRules = (rules: RouteRules): MethodDecorator => RouteConfig({ rules });
