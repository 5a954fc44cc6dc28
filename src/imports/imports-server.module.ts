import { Module } from '@nestjs/common';
import { ImportsModule } from './imports.module.js';
import { ImportsController } from './imports.controller.js';
import { ImportsResolver } from './imports.resolver.js';

/** The parts of the feature that only the server needs. */
@Module({
  imports: [ImportsModule],
  controllers: [ImportsController],
  providers: [ImportsResolver],
  exports: [ImportsModule],
})
export class ImportsServerModule {}
