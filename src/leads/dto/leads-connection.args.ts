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
  @Field(() => LeadFilterInput, {
    nullable: true,
    description: 'A filter. Without it, all leads are returned.',
  })
  filter?: LeadFilterInput | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => LeadOrderInput)
  @Field(() => LeadOrderInput, {
    nullable: true,
    description: 'The sort order. The default is the highest score first.',
  })
  orderBy?: LeadOrderInput | null;
}
