# syntax=docker/dockerfile:1
ARG NODE_VERSION=24

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM build AS pruned
RUN npm prune --omit=dev

FROM node:${NODE_VERSION}-bookworm-slim AS image
LABEL org.opencontainers.image.title="Paifang" \
      org.opencontainers.image.description="A gateway for the last hop: signing cards, scan logins, IM clients and portals." \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    PAIFANG_SERVER_HOST=0.0.0.0
WORKDIR /app
COPY --from=pruned /app/package.json ./
COPY --from=pruned /app/node_modules ./node_modules
COPY --from=pruned /app/dist ./dist
COPY deploy/paifang.config.yaml ./
# Hands signals on and buries orphans, as the first process of a container has to.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
# The only place that is written to; everything else may be read-only.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "dist/cli.js", "health"]
CMD ["node", "dist/cli.js", "start"]

# What `npm start` runs (docker build --target demo), with the client of its chat page.
FROM image AS demo
COPY --from=build /app/node_modules/oim352 ./node_modules/oim352
COPY paifang.config.yaml ./

FROM image
