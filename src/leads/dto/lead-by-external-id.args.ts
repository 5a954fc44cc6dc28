import { ArgsType, Field } from '@nestjs/graphql';
import { IsExternalId, IsExternalSource } from '../../common/external-id.js';

@ArgsType()
export class LeadByExternalIdArgs {
  @Field(() => String, { description: 'The `externalSource` of the lead, in any letter case.' })
  @IsExternalSource()
  source!: string;

  @Field(() => String, { description: 'The `externalId` of the lead.' })
  @IsExternalId()
  id!: string;
}
