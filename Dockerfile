# Roster with nginx in front, on port 80:
#   docker build -t roster . && docker run -d --restart unless-stopped -p 80:80 -v roster-data:/data roster
# docs/deploy.md has settings, hardening, backup and upgrade.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
ENV PATH=/src/node_modules/.bin:$PATH
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --loglevel=error
COPY . .
# Not by npm, whose bootstrap would install anew when a clone is younger than the layer above.
RUN --mount=type=cache,target=/src/.next/cache node server/commands/build.ts
RUN node server/release/precompress.ts .next/standalone/.next/static .next/standalone/public

FROM ${BASE} AS system
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean \
    && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx libnginx-mod-http-brotli-static tini >/dev/null
# What only builds need, besides packages (keep-packages.sh). Nobody in particular may run this: files of its own lie in folders that are anybody's.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /usr/local/share/doc /usr/local/share/man /opt/yarn-* \
        /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
        /usr/share/doc/* /usr/share/man/* /var/log/* /var/www \
    && groupadd --gid 10001 roster \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin roster \
    && mkdir -p /data /opt/roster/errors \
    && chmod 1777 /data /run /tmp \
    && ln -s current/.next/static /opt/roster/static \
    && ln -s /opt/roster/current/server/roster.ts /usr/local/bin/roster
COPY deploy /tmp/deploy
RUN /tmp/deploy/container/install-nginx-files.sh /tmp/deploy \
    && cp /tmp/deploy/errors/*.html /opt/roster/errors/ \
    && /tmp/deploy/container/keep-packages.sh \
    && rm -r /tmp/deploy

FROM build AS release
RUN --mount=from=system,target=/system \
    mkdir -p /release/opt/roster \
    && cp -R .next/standalone /release/opt/roster/current \
    && mkdir -p /release/opt/roster/current/deploy/nginx/roster \
    && cp -R deploy/container /release/opt/roster/current/deploy/container \
    && cp deploy/nginx/roster/upstream.conf /release/opt/roster/current/deploy/nginx/roster/ \
    && node server/release/write-sbom.ts /release/opt/roster/current /system > /release/opt/roster/sbom.cdx.json

FROM system AS warm
COPY --from=release /release /
WORKDIR /opt/roster/current
RUN install -d -o 10001 -g 10001 /opt/roster/compiled
USER 10001:10001
# A third of the time to the first page is compiling. Node keeps what it has compiled by user and kind of processor: others go without.
RUN NODE_ENV=production NODE_COMPILE_CACHE=/opt/roster/compiled SOCKET_DIRECTORY=/run/roster LOG_FORMAT=json \
        node server/container/warm-up.ts \
    && chmod -R a+rX,a-w /opt/roster/compiled

# Not from BASE: what was removed above would still be in its layers.
FROM scratch
COPY --from=system / /
COPY --from=release /release /
COPY --from=warm --chown=0:0 /opt/roster/compiled /opt/roster/compiled
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG BASE
LABEL org.opencontainers.image.title="Roster" \
      org.opencontainers.image.description="A self-hosted user directory: Next.js server components on SQLite through Prisma" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    NODE_COMPILE_CACHE=/opt/roster/compiled \
    DATABASE_URL=file:///data/roster.db \
    HOST=0.0.0.0 \
    PORT=80 \
    SOCKET_DIRECTORY=/run/roster \
    LOG_FORMAT=json
WORKDIR /opt/roster/current
USER 10001:10001
VOLUME /data
EXPOSE 80
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=8s --start-period=60s --retries=3 CMD ["node", "server/container/health.ts"]
# -s: no complaint where the engine has an init as well.
ENTRYPOINT ["tini", "-s", "--", "node", "server/container/start.ts"]
