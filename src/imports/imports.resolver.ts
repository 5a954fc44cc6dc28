import { Args, ID, Int, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { AllowedTo } from '../access/allowed-to.js';
import { callerNameOfRecord } from '../common/caller-name.js';
import { recordIdOf } from '../common/record-id.js';
import { withOwnTimeLimit } from '../common/request-time.js';
import { TimeSettings } from '../config/time-settings.js';
import { Costs, RateLimited } from '../graphql/limits/field-extensions.js';
import { ImportConnection, ImportType } from './dto/import.type.js';
import { ImportUndoType } from './dto/import-undo.type.js';
import { ImportRecordsService } from './import-records.service.js';
import { ImportsService } from './imports.service.js';

const IMPORT_ID = { type: () => ID, description: 'The id of the import.' } as const;

@Resolver()
export class ImportsResolver {
  constructor(
    private readonly service: ImportsService,
    private readonly records: ImportRecordsService,
    private readonly times: TimeSettings,
  ) {}

  @AllowedTo('rep')
  @Query(() => ImportType, { nullable: true, description: 'An import. Null if it does not exist.' })
  import(@Args('id', IMPORT_ID) id: string): Promise<ImportType | null> {
    return this.records.findById(recordIdOf(id));
  }

  @AllowedTo('rep')
  @Query(() => ImportConnection, { description: 'Imports, the latest first.' })
  imports(
    @Args('first', { type: () => Int, defaultValue: 20, description: 'The page size, 1 to 100.' })
    first: number,
    @Args('after', {
      type: () => String,
      nullable: true,
      description: 'Return only imports after this cursor.',
    })
    after: string | null = null,
  ): Promise<ImportConnection> {
    return this.records.findPage(first, after);
  }

  @AllowedTo('rep')
  @Costs(10_000)
  @RateLimited('bulk')
  @Mutation(() => ImportUndoType, {
    description:
      'Undoes an import in one transaction: removes the leads, interactions and changes of leads that it inserted, restores those that it changed, and scores the leads. Rows that have changed since the import are left alone and named. Fails with NOT_FOUND, or with IMPORT_NOT_UNDOABLE if the import did not succeed or was undone before.',
  })
  undoImport(@Args('id', IMPORT_ID) id: string): Promise<ImportUndoType> {
    return withOwnTimeLimit(this.times.recalculationMs, (signal) =>
      this.service.undo(recordIdOf(id), callerNameOfRecord(), signal),
    );
  }

  @AllowedTo('rep')
  @Mutation(() => ImportType, {
    description:
      'Cancels an import on any server. Returns when it has rolled back, or after ten seconds. Fails with NOT_FOUND, or with IMPORT_NOT_RUNNING if it has already ended.',
  })
  cancelImport(@Args('id', IMPORT_ID) id: string): Promise<ImportType> {
    return this.records.cancel(recordIdOf(id));
  }

  @AllowedTo('rep')
  @Subscription(() => ImportType, {
    resolve: (one: ImportType) => one,
    description:
      'Publishes an import now and whenever it progresses, until it has ended. Fails with NOT_FOUND.',
  })
  importProgress(@Args('id', IMPORT_ID) id: string): Promise<AsyncGenerator<ImportType>> {
    return this.records.watch(recordIdOf(id));
  }
}
