import type { Page } from '../../common/page-window.js';
import { connectionType } from '../../graphql/connection-type.js';
import { InteractionGraphQLType } from './interaction.type.js';

export type InteractionConnection = Page<InteractionGraphQLType>;
export const InteractionConnection = connectionType(InteractionGraphQLType, {
  prefix: 'Interaction',
  one: 'interaction',
  many: 'interactions',
  description: 'A page of the interactions of a lead, newest first.',
  allowedTo: 'viewer',
  cursorArguments: 'a value for `after` and `before`',
});
