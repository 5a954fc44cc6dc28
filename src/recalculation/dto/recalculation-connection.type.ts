import type { Page } from '../../common/page-window.js';
import { connectionType } from '../../graphql/connection-type.js';
import { RecalculationType } from './recalculation.type.js';

export type RecalculationConnection = Page<RecalculationType>;
export const RecalculationConnection = connectionType(RecalculationType, {
  prefix: 'Recalculation',
  one: 'recalculation',
  many: 'recalculations',
  description: 'A page of recalculations, the latest first.',
  allowedTo: 'admin',
  cursorArguments: 'a value for `after`',
});
