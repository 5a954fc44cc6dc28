import { Module } from '@nestjs/common';
import { ExportController } from './export.controller.js';
import { ExportsModule } from './exports.module.js';

/** Exports over HTTP. */
@Module({ imports: [ExportsModule], controllers: [ExportController] })
export class ExportsServerModule {}
