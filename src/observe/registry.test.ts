import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Counter, exposeAll, Gauge, Histogram } from "./registry.ts";

describe("Prometheus text", () => {
  it("counts by label values, and escapes them", () => {
    const counter = new Counter({ name: "n_total", help: "Help.", labels: ["a", "b"] });
    counter.add(1, "x", "y");
    counter.add(2, "x", "y");
    counter.add(0.5, 'q"\\\n', "z");
    assert.equal(
      counter.expose(),
      '# HELP n_total Help.\n# TYPE n_total counter\nn_total{a="x",b="y"} 3\nn_total{a="q\\"\\\\\\n",b="z"} 0.5\n',
    );
  });

  it("counts without labels, and shows nothing that has not happened", () => {
    const counter = new Counter({ name: "n_total", help: "Help." });
    assert.doesNotMatch(counter.expose(), /^n_total/m);
    counter.add(1);
    assert.match(counter.expose(), /^n_total 1$/m);
  });

  it("reads a gauge when it is asked", () => {
    let value = 1;
    const gauge = new Gauge({ name: "g", help: "Help." }, () => value);
    value = 2;
    assert.equal(gauge.expose(), "# HELP g Help.\n# TYPE g gauge\ng 2\n");
  });

  it("puts values into cumulative buckets, bounds included", () => {
    const histogram = new Histogram({ name: "h", help: "Help.", labels: ["op"] }, [0.1, 1]);
    for (const value of [0.1, 0.5, 1, 99]) histogram.observe(value, "x");
    assert.equal(
      histogram.expose(),
      [
        "# HELP h Help.",
        "# TYPE h histogram",
        'h_bucket{op="x",le="0.1"} 1',
        'h_bucket{op="x",le="1"} 3',
        'h_bucket{op="x",le="+Inf"} 4',
        'h_sum{op="x"} 100.6',
        'h_count{op="x"} 4',
        "",
      ].join("\n"),
    );
  });

  it("is one page that ends in a line break", () => {
    const page = exposeAll([
      new Counter({ name: "a_total", help: "A." }),
      new Gauge({ name: "b", help: "B." }, () => 0),
    ]);
    assert.match(page, /# TYPE a_total counter\n# HELP b/);
    assert.ok(page.endsWith("\n"));
  });
});
