# Roster with nginx in front, on port 80:
#   docker build -t roster . && docker run -d --restart unless-stopped -p 80:80 -v roster-data:/data roster
# docs/operate-container.md describes settings, hardening, backup and upgrade.
ARG BASE=node:24-bookworm-slim

# 1. The release, as `npm run build` makes it.
FROM ${BASE} AS build
WORKDIR /src
ENV PATH=/src/node_modules/.bin:$PATH
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --loglevel=error
COPY . .
# Not by `npm run build`: its bootstrap would install all packages again if package-lock.json is newer than the layer above.
RUN --mount=type=cache,target=/src/.next/cache node server/roster.ts build

# 2. Debian with nginx, without everything that Roster does not need.
FROM ${BASE} AS system
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean \
    && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx libnginx-mod-http-brotli-static tini >/dev/null
# npm and other build tools that are no Debian packages.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /usr/local/share/doc /usr/local/share/man /opt/yarn-* \
        /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
        /usr/share/doc/* /usr/share/man/* /var/log/* /var/www
# Any user may run the image, so its writable folders are world-writable, with the sticky bit.
RUN groupadd --gid 10001 roster \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin roster \
    && mkdir -p /data /opt/roster/errors \
    && chmod 1777 /data /run /tmp \
    && ln -s current/.next/static /opt/roster/static \
    && ln -s /opt/roster/current/server/roster.ts /usr/local/bin/roster
COPY deploy /tmp/deploy
RUN /tmp/deploy/container/install-nginx-files.sh /tmp/deploy \
    && cp /tmp/deploy/errors/* /opt/roster/errors/ \
    && /tmp/deploy/container/keep-packages.sh \
    && rm -r /tmp/deploy

# 3. The release in its place, and the list of everything in the image.
FROM build AS release
RUN --mount=from=system,target=/system \
    mkdir -p /release/opt/roster \
    && cp -R .next/standalone /release/opt/roster/current \
    && mv /release/opt/roster/current/sbom.cdx.json /release/opt/roster/ \
    && node server/release/add-system-packages.ts /release/opt/roster/sbom.cdx.json /system/var/lib/dpkg/status

# 4. Compiled code: compiling takes a third of the time to the first page.
FROM system AS warm
COPY --from=release /release /
WORKDIR /opt/roster/current
RUN install -d -o 10001 -g 10001 /opt/roster/compiled
# Node reads this cache only for the same user and kind of processor; others compile at their start.
USER 10001:10001
RUN NODE_ENV=production NODE_COMPILE_CACHE=/opt/roster/compiled SOCKET_DIRECTORY=/run/roster LOG_FORMAT=json \
        node server/container/warm-up.ts \
    && chmod -R a+rX,a-w /opt/roster/compiled

# 5. The image. Not FROM the base image: files removed above would still be in its layers.
FROM scratch
COPY --from=system / /
COPY --from=release /release /
COPY --from=warm --chown=0:0 /opt/roster/compiled /opt/roster/compiled
ARG VERSION=0.2.0
ARG REVISION=unknown
ARG BASE
LABEL org.opencontainers.image.title="Roster" \
      org.opencontainers.image.description="A self-hosted user directory: Next.js server components on SQLite or PostgreSQL through Prisma" \
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
# -s: no warning if the engine runs its own init as well.
ENTRYPOINT ["tini", "-s", "--", "node", "server/container/start.ts"]
