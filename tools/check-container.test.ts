import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkCompose, checkDockerfile } from "./check-container.ts";

const DOCKERFILE = `FROM node:24.1.2-slim
USER node
HEALTHCHECK CMD ["node"]
CMD ["node"]`;

const COMPOSE = `services:
  a:
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    ports: ["127.0.0.1:1:1"]`;

describe("checkDockerfile", () => {
  it("accepts an exact image with a plain user and a health check", () => {
    assert.deepEqual(checkDockerfile(DOCKERFILE), []);
  });

  it("finds each thing that is missing", () => {
    for (const [from, to] of [
      ["24.1.2-slim", "latest"],
      ["24.1.2-slim", "24-slim"],
      ["USER node", "USER root"],
      ["USER node", "USER 0:0"],
      ["USER node", ""],
      ['HEALTHCHECK CMD ["node"]', ""],
      ['\nCMD ["node"]', "\nCMD node"],
      ["USER node", "USER node\nADD x y"],
    ] as const) {
      assert.equal(checkDockerfile(DOCKERFILE.replace(from, to)).length, 1, to);
    }
  });
});

describe("checkCompose", () => {
  it("accepts a service without needless rights", () => {
    assert.deepEqual(checkCompose(COMPOSE), []);
  });

  it("finds each right that is too much", () => {
    for (const [from, to] of [
      ["read_only: true", "read_only: false"],
      ["[ALL]", "[CHOWN]"],
      ["no-new-privileges:true", "label:x"],
      ["127.0.0.1:1:1", "1:1"],
      ["read_only: true", "read_only: true\n    privileged: true"],
    ] as const) {
      assert.equal(checkCompose(COMPOSE.replace(from, to)).length, 1, to);
    }
  });
});
