# Server and runner in one image, on any base of the Debian family with git, Redis and CA certificates, or with apt to get them.
#
#   docker build -t slipway .
#   docker build -t slipway --build-arg BASE=my-base .     where no hub is in reach; after `npm ci`, so that no npm is needed either
ARG BASE=node:24-slim

FROM ${BASE} AS build
LABEL slipway.stage=build
WORKDIR /opt/slipway
COPY . .
RUN sh scripts/image/modules

FROM ${BASE}
COPY scripts/image/packages /tmp/packages
RUN sh /tmp/packages && rm /tmp/packages
COPY --from=build /opt/slipway /opt/slipway
RUN ln -s /opt/slipway/bin/slipway /usr/local/bin/slipway

# Only the runner needs more than this user: the group of the Docker socket (docker run --group-add).
USER slipway
VOLUME /var/lib/slipway
ENV SLIPWAY_DATA=/var/lib/slipway SLIPWAY_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --start-period=30s CMD ["/opt/slipway/node_modules/.bin/node", "-e", \
  "fetch('http://127.0.0.1:8080/-/live').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["slipway"]
CMD ["up"]
