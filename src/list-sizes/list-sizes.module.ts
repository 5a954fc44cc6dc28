import { Global, Module } from '@nestjs/common';
import { ListSizes } from './list-sizes.js';

/** Warns before lists without pages reach their limits. */
@Global()
@Module({ providers: [ListSizes], exports: [ListSizes] })
export class ListSizesModule {}
