import { ArgsType, Field } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { PageArgs } from '../../graphql/page.args.js';
import { LeadFilterInput } from './lead-filter.input.js';
import { LeadOrderInput } from './lead-order.input.js';

@ArgsType()
export class LeadsConnectionArgs extends PageArgs {
  @IsOptional()
  @ValidateNested()
  @Type(() => LeadFilterInput)
  @Field(() => LeadFilterInput, { nullable: true, description: 'Which leads; without it, all.' })
  filter?: LeadFilterInput | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => LeadOrderInput)
  @Field(() => LeadOrderInput, {
    nullable: true,
    description: 'In which order; without it, the highest score first.',
  })
  orderBy?: LeadOrderInput | null;
}
