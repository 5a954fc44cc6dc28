import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';
import type { Page } from '../../common/page-window.js';
import { connectionType } from '../../graphql/connection-type.js';
import { RecalculateScoresResult } from '../../recalculation/dto/recalculate-scores.result.js';
import { ScoringRulesType } from './scoring-rules.types.js';

@AllowedTo('admin')
@ObjectType('ScoringRulesRecord', { description: 'A draft or a published version of the scoring rules.' })
export class ScoringRulesRecordType {
  @Field(() => ID, { description: 'The id of the rules.' })
  id!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'The version. Null: a draft. The highest version is in force.',
  })
  version!: number | null;

  @Field(() => String, { description: 'What the author says about the rules. May be empty.' })
  note!: string;

  @Field(() => ScoringRulesType, { description: 'The parameters.' })
  rules!: ScoringRulesType;

  @Field(() => Date, { description: 'The time at which the draft was created.' })
  createdAt!: Date;

  @Field(() => String, { description: 'Who created the draft.' })
  createdBy!: string;

  @Field(() => Date, { description: 'The time of the last change of the draft.' })
  updatedAt!: Date;

  @Field(() => String, { description: 'Who changed the draft last.' })
  updatedBy!: string;

  @Field(() => Date, { nullable: true, description: 'The time of the publication. Null: a draft.' })
  publishedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Who published the rules. Null: a draft.' })
  publishedBy!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The recalculation that put the rules in force. Null: a draft, or version 1.',
  })
  recalculationId!: number | null;
}

export type ScoringRulesConnection = Page<ScoringRulesRecordType>;
export const ScoringRulesConnection = connectionType(ScoringRulesRecordType, {
  prefix: 'ScoringRules',
  one: 'version',
  many: 'published versions',
  description: 'A page of published versions, the latest first.',
  allowedTo: 'admin',
  cursorArguments: 'a value for `after`',
});

@AllowedTo('admin')
@ObjectType('ScoringRulesOverview', {
  description: 'The scoring rules: the current version, drafts, and history.',
})
export class ScoringRulesOverview {}

@AllowedTo('admin')
@ObjectType({ description: 'The result of a publication: the rules, and the recalculation with them.' })
export class PublishScoringRulesResult {
  @Field(() => ScoringRulesRecordType, { description: 'The published rules.' })
  rules!: ScoringRulesRecordType;

  @Field(() => RecalculateScoresResult, { description: 'The recalculation of all scores.' })
  recalculation!: RecalculateScoresResult;
}
