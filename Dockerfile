# syntax=docker/dockerfile:1
# Two stages: one that builds, and one that holds what runs. Built by `docker compose up`.
# Both take the same exact version; to be sure of the very bytes, add the digest that your registry shows for it.
ARG NODE_IMAGE=node:22.22.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
ENV CI=true
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
RUN npm install --global "$(node -p 'JSON.parse(fs.readFileSync("package.json")).packageManager')"
RUN --mount=type=cache,id=pnpm,target=/pnpm-store \
    pnpm install --frozen-lockfile --store-dir /pnpm-store
COPY . .
# Without what is optional, which are the binaries of the embedded PostgreSQL.
RUN pnpm build && pnpm prune --prod --no-optional

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="lead-scoring-api" \
      org.opencontainers.image.description="The GraphQL API behind a CRM's lead cards" \
      org.opencontainers.image.licenses="UNLICENSED"
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
# Owned by root and run by another: the program cannot change itself, and it writes no files at all.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The user `node` of the image, by number: where an orchestrator is told to run nothing as root, it can tell.
USER 1000:1000
EXPOSE 3000
# Whether the process answers, which is what to start it anew by: without its database it waits for that. Whether requests
# may be sent here, /health/ready says. The image has no curl.
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# Without a shell around it, so that SIGTERM reaches it.
CMD ["node", "dist/src/main.js"]
