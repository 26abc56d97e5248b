import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nearestName } from "./nearest.ts";

const NAMES = ["listener", "limits", "timeouts", "egress", "currency", "prices", "port"];

describe("nearestName", () => {
  it("finds the name behind a slip of the keyboard", () => {
    const slips = [
      ["listner", "listener"],
      ["Limits", "limits"],
      ["timeout", "timeouts"],
      ["time_outs", "timeouts"],
      ["egrses", "egress"],
      ["prot", "port"],
      ["curency", "currency"],
    ] as const;
    for (const [slip, name] of slips) assert.equal(nearestName(slip, NAMES), name);
  });

  it("gives an exact name at once and the closest of several", () => {
    assert.equal(nearestName("port", NAMES), "port");
    assert.equal(nearestName("cart", ["card", "cart", "care"]), "cart");
  });

  it("suggests nothing for a name that resembles none", () => {
    for (const name of ["", "x", "dashboard", "zzzzzzzzzzzz"]) {
      assert.equal(nearestName(name, NAMES), undefined);
    }
    assert.equal(nearestName("port", []), undefined);
  });
});
