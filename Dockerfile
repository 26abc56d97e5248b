FROM node:24.21.0-slim

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force
COPY LICENSE ./
COPY src ./src

# The only place that is written to; the rest of the file system may be read-only.
RUN mkdir /data && chown node:node /data
VOLUME /data

# Inside a container only 0.0.0.0 can be reached from outside it. Loopback names and the bind address are
# accepted as Host; other containers need theirs in listener.hosts (spillway.yaml), and the 403 names it.
ENV BIND=0.0.0.0 \
    PORT=4080 \
    SPILLWAY_DATA_DIR=/data \
    CLAUDE_USAGE_FILE=none \
    NODE_ENV=production

USER node
EXPOSE 4080
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts", "serve"]
