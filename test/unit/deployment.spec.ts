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

/** What a program gets to see of what compose sets, where nobody has set what it passes on. */
const textsOf = (environment: Readonly<Record<string, string | number>>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'),
    ]),
  );

/** The source of a program of dist/. */
const sourceOf = (program: string) => program.replace(/^dist\//, '').replace(/\.js$/, '.ts');

/** One that says which version, to the last number. */
const EXACT = /^[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)*$/;

describe('docker-compose.yml', () => {
  it('sets only settings that there are', () => {
    expect(ofOurImage.length).toBeGreaterThan(0);
    for (const [, { environment = {} }] of ofOurImage) {
      expect(Object.keys(environment).filter((name) => !settingNames.includes(name))).toEqual([]);
    }
  });

  it('takes other images by their exact versions', () => {
    const foreign = services.filter(([, { build }]) => build === undefined).map(([, { image }]) => image);
    expect(foreign).toHaveLength(2);
    for (const image of foreign) expect(image).toMatch(EXACT);
  });

  it('names only services, volumes, files and programs that there are', () => {
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

  it('confines all that is not the database', () => {
    for (const [name, service] of services) {
      expect(service.security_opt).toContain('no-new-privileges:true');
      if (name === 'database') continue;
      expect(service).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
    }
  });

  it('has three replicas, which are the servers that the proxy names', () => {
    expect(replicas).toHaveLength(3);
    const named = [...proxy.matchAll(/^ +server (\S+) (\S+):3000$/gm)];
    expect(named.map(([, name]) => name)).toEqual(replicas.map(([name]) => name));
    expect(named.map(([, , host]) => host)).toEqual(replicas.map(([name]) => name));
  });

  it('gives the proxy time to notice that a server stops, and the server time to end what it has begun', () => {
    const [, interval = '', fall = ''] = /default-server inter (\d+)s .* fall (\d+) /.exec(proxy) ?? [];
    for (const [, { environment = {}, stop_grace_period = '' }] of replicas) {
      const { times } = loadSettings({ NODE_ENV: 'production', ...textsOf(environment) });
      expect(times.shutdownDelayMs).toBeGreaterThan(Number(interval) * Number(fall) * 1000);
      // And two seconds for the last answers, twice.
      expect(Number.parseInt(stop_grace_period, 10) * 1000).toBeGreaterThan(
        times.shutdownDelayMs + times.shutdownMs + 4_000,
      );
    }
  });

  it('asks servers whether they are ready, and has them believe the proxy alone', () => {
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

  it('brings up none of the replicas and no proxy unless asked to', () => {
    const standard = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    expect(standard).toEqual(['database', 'migrate', 'api']);
  });
});

describe('the Dockerfile', () => {
  it('rests on an exact version, by whose number a user runs it who is not root', () => {
    const [, base = ''] = /^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile) ?? [];
    expect(base).toMatch(EXACT);
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual([
      '${NODE_IMAGE}',
      '${NODE_IMAGE}',
    ]);
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  });

  it('starts a program that there is, without a shell, which would keep signals from it', () => {
    const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    const [node, program = ''] = JSON.parse(command) as string[];
    expect(node).toBe('node');
    expect(existsSync(path.join(ROOT, sourceOf(program)))).toBe(true);
  });

  it('copies what .dockerignore lets through', () => {
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
