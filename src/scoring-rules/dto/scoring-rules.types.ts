import { Field, Float, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';
import {
  FIT_FIELDS,
  FIT_OPERATORS,
  type FitField,
  type FitOperator,
} from '../../leads/scoring/scoring-rules.js';

const enumOf = <Name extends string>(names: readonly Name[]): Record<Name, Name> =>
  Object.fromEntries(names.map((name) => [name, name])) as Record<Name, Name>;

const FitFieldEnum = enumOf(FIT_FIELDS);
registerEnumType(FitFieldEnum, {
  name: 'FitField',
  description: 'A field of a lead that a fit criterion examines.',
  valuesMap: {
    SOURCE: { description: 'The source, compared in the same way as statuses.' },
    COMPANY: { description: 'The company, compared without letter case and accents.' },
    LOCATION: { description: 'The location, compared without letter case and accents.' },
    EMAIL_DOMAIN: { description: 'The part of the e-mail address after the @.' },
    STATUS: { description: 'The status, in any spelling.' },
    BUDGET: { description: 'The budget.' },
  },
});

const FitOperatorEnum = enumOf(FIT_OPERATORS);
registerEnumType(FitOperatorEnum, {
  name: 'FitOperator',
  description: 'How a fit criterion compares.',
  valuesMap: {
    EQUALS: { description: 'The field has this value.' },
    IN: { description: 'The field has one of these values.' },
    CONTAINS: { description: 'The text contains this part. Not for BUDGET.' },
    AT_LEAST: { description: 'The budget is at least this number.' },
    IS_FREE_MAIL: { description: 'The e-mail domain belongs to a free e-mail provider. No value.' },
    IS_MISSING: { description: 'The text is empty, or the budget is not above 0. No value.' },
  },
});

/**
 * The rules are the same type for input and output, so that a client can read rules, change a number and send
 * them back. The service checks them as a whole.
 */
@AllowedTo('admin')
@ObjectType('RecencyRules', { description: 'The age of the latest contact.' })
@InputType('RecencyRulesInput', { description: 'The age of the latest contact.' })
export class RecencyRulesType {
  @Field(() => Int, { description: 'The maximum points of the factor.' })
  cap!: number;

  @Field(() => Float, { description: 'The days after which the points have halved, 0.1 to 3650.' })
  halfLifeDays!: number;

  @Field(() => Int, {
    description: 'A contact that is planned within this many days counts as a contact now, 0 to 365.',
  })
  horizonDays!: number;
}

@AllowedTo('admin')
@ObjectType('InteractionWeights', {
  description: 'What each kind of interaction weighs, 0 or 0.001 to 1000.',
})
@InputType('InteractionWeightsInput', {
  description: 'What each kind of interaction weighs, 0 or 0.001 to 1000.',
})
export class InteractionWeightsType {
  @Field(() => Float, { description: 'The weight of a meeting.' })
  meeting!: number;

  @Field(() => Float, { description: 'The weight of a call.' })
  call!: number;

  @Field(() => Float, { description: 'The weight of an e-mail that is not outbound.' })
  email!: number;

  @Field(() => Float, { description: 'The weight of an outbound e-mail.' })
  outboundEmail!: number;
}

@AllowedTo('admin')
@ObjectType('EngagementRules', { description: 'The amount of contact.' })
@InputType('EngagementRulesInput', { description: 'The amount of contact.' })
export class EngagementRulesType {
  @Field(() => Int, { description: 'The maximum points of the factor.' })
  cap!: number;

  @Field(() => Float, { description: 'The days after which an interaction weighs half, 0.1 to 3650.' })
  halfLifeDays!: number;

  @Field(() => Float, { description: 'The weighted points that give half of the cap, 0.01 to 1000000.' })
  halfCapPoints!: number;

  @Field(() => InteractionWeightsType, { description: 'The weights of interactions.' })
  weights!: InteractionWeightsType;
}

@AllowedTo('admin')
@ObjectType('BudgetRules', { description: 'The budget of the lead.' })
@InputType('BudgetRulesInput', { description: 'The budget of the lead.' })
export class BudgetRulesType {
  @Field(() => Int, { description: 'The maximum points of the factor.' })
  cap!: number;

  @Field(() => Float, { description: 'The budget that gives half of the cap, 0.01 to 1000000000000.' })
  halfCapBudget!: number;
}

@AllowedTo('admin')
@ObjectType('StatusPoints', { description: 'The points of a status.' })
@InputType('StatusPointsInput', { description: 'The points of a status.' })
export class StatusPointsType {
  @Field(() => String, { description: 'The status, in any spelling.' })
  status!: string;

  @Field(() => Float, { description: 'The points, 0 to the cap.' })
  points!: number;
}

@AllowedTo('admin')
@ObjectType('StatusRules', { description: 'The status of the lead.' })
@InputType('StatusRulesInput', { description: 'The status of the lead.' })
export class StatusRulesType {
  @Field(() => Int, { description: 'The maximum points of the factor.' })
  cap!: number;

  @Field(() => [StatusPointsType], { description: 'The points of statuses, at most 100.' })
  points!: readonly StatusPointsType[];

  @Field(() => Float, { description: 'The points of any other status, 0 to the cap.' })
  otherwise!: number;
}

@AllowedTo('admin')
@ObjectType('FitCriterion', { description: 'A property of leads that gives or takes points.' })
@InputType('FitCriterionInput', { description: 'A property of leads that gives or takes points.' })
export class FitCriterionType {
  @Field(() => FitFieldEnum, { description: 'The field.' })
  field!: FitField;

  @Field(() => FitOperatorEnum, { description: 'The comparison.' })
  operator!: FitOperator;

  @Field(() => [String], {
    defaultValue: [],
    description: 'The value, or several for IN. A budget is a decimal number, such as "50000".',
  })
  value!: readonly string[];

  @Field(() => Int, { description: 'The points of a lead that meets the criterion, -20 to 20.' })
  points!: number;
}

@AllowedTo('admin')
@ObjectType('FitRules', { description: 'Properties of leads that fit, beside their activity.' })
@InputType('FitRulesInput', { description: 'Properties of leads that fit, beside their activity.' })
export class FitRulesType {
  @Field(() => Int, {
    description: 'The maximum points of the factor. The sum of the criteria is limited to 0 to this cap.',
  })
  cap!: number;

  @Field(() => [FitCriterionType], { description: 'The criteria, at most 50.' })
  criteria!: readonly FitCriterionType[];
}

@AllowedTo('admin')
@ObjectType('ScoreBandLimits', { description: 'The lowest scores of open leads that are HOT and WARM.' })
@InputType('ScoreBandLimitsInput', { description: 'The lowest scores of open leads that are HOT and WARM.' })
export class ScoreBandLimitsType {
  @Field(() => Int, { description: 'The lowest score of HOT leads, above `warm`.' })
  hot!: number;

  @Field(() => Int, { description: 'The lowest score of WARM leads, at least 1.' })
  warm!: number;
}

@AllowedTo('admin')
@ObjectType('ScoringRules', {
  description: 'The parameters of the activity score. The caps of the five factors add up to 100.',
})
@InputType('ScoringRulesInput', {
  description: 'The parameters of the activity score. The caps of the five factors add up to 100.',
})
export class ScoringRulesType {
  @Field(() => RecencyRulesType, { description: 'The age of the latest contact.' })
  recency!: RecencyRulesType;

  @Field(() => EngagementRulesType, { description: 'The amount of contact.' })
  engagement!: EngagementRulesType;

  @Field(() => BudgetRulesType, { description: 'The budget of the lead.' })
  budget!: BudgetRulesType;

  @Field(() => StatusRulesType, { description: 'The status of the lead.' })
  status!: StatusRulesType;

  @Field(() => FitRulesType, { description: 'Properties of leads that fit.' })
  fit!: FitRulesType;

  @Field(() => Boolean, {
    description: 'Whether a lost lead scores 0. Otherwise it is scored like any other.',
  })
  lostScoresZero!: boolean;

  @Field(() => ScoreBandLimitsType, { description: 'The limits of the score bands.' })
  bands!: ScoreBandLimitsType;
}
