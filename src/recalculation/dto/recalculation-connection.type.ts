import type { Page } from '../../common/page-window.js';
import { connectionType } from '../../graphql/connection-type.js';
import { RecalculationType } from './recalculation.type.js';

export type RecalculationConnection = Page<RecalculationType>;
export const RecalculationConnection = connectionType(RecalculationType, {
  prefix: 'Recalculation',
  one: 'run',
  many: 'runs',
  description: 'A page of runs, the latest first.',
  allowedTo: 'admin',
  cursorArguments: '`after` takes it',
});
