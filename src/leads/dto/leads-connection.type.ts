import type { Page } from '../../common/page-window.js';
import { connectionType } from '../../graphql/connection-type.js';
import { LeadType } from './lead.type.js';

export type LeadConnection = Page<LeadType>;
export const LeadConnection = connectionType(LeadType, {
  prefix: 'Lead',
  one: 'lead',
  many: 'leads',
  description: 'A page of leads.',
  allowedTo: 'viewer',
  cursorArguments: 'a value for `after` and `before`',
});
