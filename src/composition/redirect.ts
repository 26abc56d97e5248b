import type { Clock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import type { Config } from "../config/schema.ts";
import type { RedirectWatch } from "../exchange/house.ts";
import { maskFields } from "../exchange/mask-secret.ts";
import type { Journal } from "../observe/journal.ts";
import type { ExchangeMetrics } from "../observe/metrics.ts";
import { probeLine, transitionLine } from "../observe/router-lines.ts";
import { Prober, type ProbeSettings } from "../quota/prober.ts";
import { countedWindows } from "../quota/redirect-rule.ts";
import { type RedirectChange, Redirects, reasonOf } from "../quota/redirects.ts";
import type { QuotaWatch } from "../quota/watch.ts";
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

/** Watches how full accounts are, redirects their sessions and brings them back. */
export function openRedirects(options: RedirectOptions): RedirectWatch & Disposable {
  const { current, quota, deployment, clock, journal, metrics } = options;
  const target = () => current().settings.dispatch?.to;
  const shown = (account: string) => countedWindows(quota.find(account));

  const onChange = ({ owner, redirected }: RedirectChange): void => {
    const to = target() ?? "elsewhere";
    const [before, after] =
      redirected === undefined ? [to, deployment.provider] : [deployment.provider, to];
    journal("info", "redirect.transition", transitionLine(before, after, shown(owner.account)));
    quota.redirects(
      owner.account,
      redirected && { to, sinceMs: redirected.sinceMs, reason: reasonOf(redirected) },
    );
    if (redirected === undefined) prober.stop(owner);
  };
  const redirects = new Redirects({
    find: (account) => quota.find(account),
    rule: () => (target() === undefined ? undefined : current().config.redirect),
    now: clock.now,
    onChange,
  });
  const prober = new Prober({
    settings: () => (target() === undefined ? undefined : toProbeSettings(current().config)),
    send: async (probe) => await sendProbe(deployment, probe),
    check: (owner) => redirects.check(owner),
    learn: ({ account }, { headers }, credential) => {
      const told = maskFields(headers, credential);
      quota.observe({ credentialClass: "subscription", account }, told);
    },
    onProbed: ({ status, failures, owner, isRedirected }) => {
      metrics.probed(failures === 0 ? "told" : "failed");
      const from = target() ?? "elsewhere";
      const to = isRedirected ? from : deployment.provider;
      const windows = shown(owner.account);
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
    [Symbol.dispose]: () => prober[Symbol.dispose](),
  };
}

function toProbeSettings({ redirect: { probe } }: Config): ProbeSettings {
  const { interval, model, endpoint, key } = probe;
  return { intervalMs: interval, model, endpoint, key };
}
