import { IsOptional } from 'class-validator';
import { IsExternalId, IsExternalSource } from '../common/external-id.js';

/** The rules of the ids of other systems. */
export class ExternalIdInput {
  @IsOptional()
  @IsExternalId()
  externalId?: string | null;

  @IsOptional()
  @IsExternalSource()
  externalSource?: string | null;

  @IsOptional()
  @IsExternalId()
  leadExternalId?: string | null;
}
