import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadSettings, settingNames } from '../../src/config/settings.js';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, object>>;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test?: readonly string[] };
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const ofOurImage = services.filter(([, { build }]) => build !== undefined);
const replicas = ofOurImage.filter(([, { profiles }]) => profiles?.includes('replicas'));
const dockerfile = read('Dockerfile');
const proxy = read('deploy/haproxy/haproxy.cfg');

/** The environment of a service if none of the variables that compose passes on is set. */
const textsOf = (environment: Readonly<Record<string, string | number>>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'),
    ]),
  );

/** The source file of a program of dist/. */
const sourceOf = (program: string) => program.replace(/^dist\//, '').replace(/\.js$/, '.ts');

/** An image with an exact version. */
const EXACT = /^[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)*$/;

describe('docker-compose.yml', () => {
  it('sets only settings that exist', () => {
    expect(ofOurImage.length).toBeGreaterThan(0);
    for (const [, { environment = {} }] of ofOurImage) {
      expect(Object.keys(environment).filter((name) => !settingNames.includes(name))).toEqual([]);
    }
  });

  it('pins other images to exact versions', () => {
    const foreign = services.filter(([, { build }]) => build === undefined).map(([, { image }]) => image);
    expect(foreign).toHaveLength(2);
    for (const image of foreign) expect(image).toMatch(EXACT);
  });

  it('names only services, volumes, files and programs that exist', () => {
    for (const [, { depends_on = {}, volumes = [], command = [], entrypoint = [] }] of services) {
      for (const name of Object.keys(depends_on)) expect(compose.services).toHaveProperty([name]);
      for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
        if (source.startsWith('.')) expect(existsSync(path.join(ROOT, source))).toBe(true);
        else expect(compose.volumes).toHaveProperty([source]);
      }
      for (const program of [...entrypoint, ...command].filter((word) => word.startsWith('dist/'))) {
        expect(existsSync(path.join(ROOT, sourceOf(program)))).toBe(true);
      }
    }
  });

  it('restricts the privileges of every service', () => {
    for (const [name, service] of services) {
      expect(service.security_opt).toContain('no-new-privileges:true');
      if (name === 'database') continue;
      expect(service).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
    }
  });

  it('has three replicas, the same as the configuration of the proxy', () => {
    expect(replicas).toHaveLength(3);
    const named = [...proxy.matchAll(/^ +server (\S+) (\S+):3000$/gm)];
    expect(named.map(([, name]) => name)).toEqual(replicas.map(([name]) => name));
    expect(named.map(([, , host]) => host)).toEqual(replicas.map(([name]) => name));
  });

  it('gives the proxy time to notice a stop, and the server time to complete its requests', () => {
    const [, interval = '', fall = ''] = /default-server inter (\d+)s .* fall (\d+) /.exec(proxy) ?? [];
    for (const [, { environment = {}, stop_grace_period = '' }] of replicas) {
      const { times } = loadSettings({ NODE_ENV: 'production', ...textsOf(environment) });
      expect(times.shutdownDelayMs).toBeGreaterThan(Number(interval) * Number(fall) * 1000);
      // Plus two seconds, twice, to send the last responses.
      expect(Number.parseInt(stop_grace_period, 10) * 1000).toBeGreaterThan(
        times.shutdownDelayMs + times.shutdownMs + 4_000,
      );
    }
  });

  it('checks the readiness of servers, which trust only the proxy', () => {
    expect(proxy).toMatch(/^ +http-check send meth GET uri \/health\/ready$/m);
    expect(ofOurImage.filter(([, { environment }]) => environment?.TRUST_PROXY !== undefined)).toEqual(
      replicas,
    );
    for (const [, service] of replicas) {
      expect(service.environment?.TRUST_PROXY).toBe(1);
      expect(service).not.toHaveProperty('ports');
      expect(service.healthcheck?.test?.join(' ')).toContain('/health/ready');
    }
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\n.*\/health\/live`/m);
  });

  it('starts the replicas and the proxy only with a profile', () => {
    const standard = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    expect(standard).toEqual(['database', 'migrate', 'api']);
  });
});

describe('the Dockerfile', () => {
  it('pins the base image, and runs as a numeric user other than root', () => {
    const [, base = ''] = /^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile) ?? [];
    expect(base).toMatch(EXACT);
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual([
      '${NODE_IMAGE}',
      '${NODE_IMAGE}',
    ]);
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  });

  it('starts an existing program without a shell, which would not forward signals', () => {
    const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    const [node, program = ''] = JSON.parse(command) as string[];
    expect(node).toBe('node');
    expect(existsSync(path.join(ROOT, sourceOf(program)))).toBe(true);
  });

  it('copies only files that .dockerignore does not exclude', () => {
    const ignored = read('.dockerignore').split('\n');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \.\/?$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(copied).toEqual(['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.']);
    for (const name of [...copied, 'src', 'migrations', 'scripts', 'graphiql', 'tsconfig.build.json']) {
      expect(ignored).not.toContain(name);
    }
    for (const secret of ['.env', '.env.*', '.data', '.git']) expect(ignored).toContain(secret);
  });
});
