import type { Clock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import type { Config } from "../config/schema.ts";
import { maskFields } from "../exchange/answer/mask-secret.ts";
import type { RedirectWatch } from "../exchange/house.ts";
import type { Journal } from "../observe/journal.ts";
import type { ExchangeMetrics } from "../observe/metrics.ts";
import { probeLine, transitionLine } from "../observe/router-lines.ts";
import type { SessionOwner } from "../quota/owner.ts";
import { Prober, type ProbeSettings } from "../quota/prober.ts";
import { countedWindows } from "../quota/redirect-rule.ts";
import { endOf, type RedirectChange, Redirects, reasonOf } from "../quota/redirects.ts";
import type { QuotaWatch, RedirectNote } from "../quota/watch.ts";
import type { Deployment } from "../routing/deployment.ts";
import { sendProbe } from "./send-probe.ts";

export interface RedirectOptions {
  /** The configuration in force. */
  readonly current: () => {
    readonly config: Config;
    readonly settings: { readonly dispatch: { readonly to: string | undefined } | undefined };
  };
  readonly quota: QuotaWatch;
  /** Anthropic, whose origin a probe's credential is bound to (design R18). */
  readonly deployment: Deployment;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: ExchangeMetrics;
}

/** What redirects, and says of each session whether it is. */
export interface Redirecting extends RedirectWatch, Disposable {
  noteOf(owner: SessionOwner): RedirectNote | undefined;
}

/** Watches how full accounts are, redirects their sessions and brings them back. */
export function openRedirects(options: RedirectOptions): Redirecting {
  const { current, quota, deployment, clock, journal, metrics } = options;
  const target = () => current().settings.dispatch?.to;
  const elsewhere = () => target() ?? "elsewhere";
  const shown = (owner: SessionOwner) => countedWindows(quota.find(owner));

  const onChange = ({ owner, redirected }: RedirectChange): void => {
    const [before, after] =
      redirected === undefined
        ? [elsewhere(), deployment.provider]
        : [deployment.provider, elsewhere()];
    journal("info", "redirect.transition", transitionLine(before, after, shown(owner)));
    if (redirected === undefined) prober.stop(owner);
  };
  const redirects = new Redirects({
    find: (owner) => quota.find(owner),
    rule: () => (target() === undefined ? undefined : current().config.redirect),
    now: clock.now,
    onChange,
  });
  const prober = new Prober({
    settings: () => (target() === undefined ? undefined : toProbeSettings(current().config)),
    send: async (probe) => await sendProbe(deployment, probe),
    check: (owner) => redirects.check(owner),
    learn: (owner, { headers }, credential) =>
      quota.observe(owner, maskFields(headers, credential)),
    onProbed: ({ status, failures, owner, isRedirected }) => {
      metrics.probed(failures === 0 ? "told" : "failed");
      const from = elsewhere();
      const to = isRedirected ? from : deployment.provider;
      const windows = shown(owner);
      const line = probeLine({ status, failures, windows, from, to });
      journal("info", "redirect.probed", line);
    },
    onSilentCount: () =>
      journal(
        "info",
        "redirect.probe_endpoint",
        "[proxy] probe: count_tokens tells no limits for this account; asking with a message of one token instead",
      ),
    now: clock.now,
    random: systemRandom,
  });
  return {
    check: (owner) => redirects.check(owner),
    keep: (redirected, credential) => prober.keep(redirected, credential),
    noteOf: (owner) => {
      const redirected = redirects.find(owner);
      return (
        redirected && {
          to: elsewhere(),
          sinceMs: redirected.sinceMs,
          untilMs: endOf(redirected),
          reason: reasonOf(redirected),
        }
      );
    },
    [Symbol.dispose]: () => prober[Symbol.dispose](),
  };
}

function toProbeSettings({ redirect: { probe } }: Config): ProbeSettings {
  const { interval, model, endpoint, key } = probe;
  return { intervalMs: interval, model, endpoint, key };
}
