import type { Page } from '../../common/page-window.js';
import { connectionType } from '../../graphql/connection-type.js';
import { RescoreRunType } from './rescore-run.type.js';

export type RescoreRunConnection = Page<RescoreRunType>;
export const RescoreRunConnection = connectionType(RescoreRunType, {
  prefix: 'RescoreRun',
  one: 'run',
  many: 'runs',
  description: 'A page of runs, the latest first.',
  allowedTo: 'admin',
  cursorArguments: '`after` takes it',
});
