// Runs cases by the number, each from a seed of its own, and stops at the first that fails.

export interface Campaign {
  readonly name: "frames" | "records" | "heads";
  /** Runs the case of a seed: what is wrong, and how many units it had. */
  readonly run: (seed: number) => { readonly wrong: string | null; readonly units: number };
}

export interface CampaignOptions {
  readonly seed: number;
  /** Units after which it ends. */
  readonly units: number;
  /** Milliseconds after which it ends, whatever is left. */
  readonly timeMs: number;
  /** Called every two seconds. */
  readonly progress?: (units: number, timeMs: number) => void;
}

export interface CampaignResult {
  readonly units: number;
  readonly timeMs: number;
  /** The seed that fails, and how; null when none did. */
  readonly failure: { readonly seed: number; readonly wrong: string } | null;
}

const PROGRESS_MS = 2000;

export function runCampaign(campaign: Campaign, options: CampaignOptions): CampaignResult {
  const begin = performance.now();
  let units = 0;
  let told = begin;
  for (let seed = options.seed; ; seed = (seed + 1) >>> 0) {
    const now = performance.now();
    const timeMs = now - begin;
    if (units >= options.units || timeMs >= options.timeMs) return { units, timeMs, failure: null };
    if (now - told > PROGRESS_MS) {
      told = now;
      options.progress?.(units, timeMs);
    }
    const { wrong, units: more } = campaign.run(seed);
    units += more;
    if (wrong !== null) return { units, timeMs, failure: { seed, wrong } };
  }
}
