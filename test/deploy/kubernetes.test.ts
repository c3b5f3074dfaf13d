// deploy/kubernetes and deploy/envoy.yaml: names that refer to each other are there, and what a pod runs runs here.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { LIMITS } from "../../src/config.ts";
import { configOf } from "../cli/config-of.ts";
import { healthUrl } from "../support/health.ts";
import { RawClient } from "../support/raw-client.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { commandOf, deployed } from "../support/three-nodes.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

interface Labels {
  readonly matchLabels: Readonly<Record<string, string>>;
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Container {
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}
interface Deployment {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector: Labels;
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly topologySpreadConstraints: readonly { readonly labelSelector: Labels }[];
        readonly containers: readonly [Container];
      };
    };
  };
}

function parsed<Kind>(name: string): Kind {
  return Bun.YAML.parse(deployed(name)) as Kind;
}

const deployment = parsed<Deployment>("kubernetes/deployment.yaml");
const { template, selector } = deployment.spec;
const [container] = template.spec.containers;
const portOf = (name: string) => container.ports.find((port) => port.name === name)?.containerPort;
const PROBES = [container.startupProbe, container.readinessProbe, container.livenessProbe];

describe("names that refer to each other", () => {
  const { labels } = template.metadata;

  test("all that selects pods selects these", () => {
    const service = parsed<{ spec: { selector: object } }>("kubernetes/service.yaml");
    const budget = parsed<{ spec: { selector: Labels } }>("kubernetes/disruption-budget.yaml");
    const policy = parsed<{ spec: { podSelector: Labels } }>("kubernetes/network-policy.yaml");
    const [spread] = template.spec.topologySpreadConstraints;
    const selectors = [
      selector.matchLabels,
      service.spec.selector,
      budget.spec.selector.matchLabels,
      policy.spec.podSelector.matchLabels,
      spread!.labelSelector.matchLabels,
    ];
    for (const one of selectors) expect(labels).toMatchObject(one);
  });

  test("ports are those that websockd opens, and others are said by name", () => {
    const config = configOf(...container.args);
    expect(config.listen.port).toBe(portOf("clients")!);
    expect(config.health).toEqual({ hostname: "0.0.0.0", port: portOf("health")! });
    expect(template.metadata.annotations["prometheus.io/port"]).toBe(String(portOf("health")));
    const service = parsed<{ spec: { ports: { targetPort: string }[] } }>(
      "kubernetes/service.yaml",
    );
    const policy = parsed<{ spec: { ingress: { ports: { port: string }[]; from?: unknown }[] } }>(
      "kubernetes/network-policy.yaml",
    );
    expect(service.spec.ports.map(({ targetPort }) => targetPort)).toEqual(["clients"]);
    const rules = policy.spec.ingress.map(({ ports, from }) => [
      ports[0]!.port,
      from !== undefined,
    ]);
    expect(rules).toEqual([
      ["clients", false],
      ["health", true],
    ]);
    for (const { httpGet } of PROBES) expect(httpGet.port).toBe("health");
  });

  test("the autoscaler scales the Deployment, to fewer sessions than a pod takes", () => {
    const { spec } = parsed<{
      spec: {
        scaleTargetRef: { kind: string; name: string };
        metrics: [{ pods: { target: { averageValue: string } } }];
      };
    }>("kubernetes/autoscaler.yaml");
    expect(spec.scaleTargetRef).toMatchObject({
      kind: "Deployment",
      name: deployment.metadata.name,
    });
    const { sessionsMax } = configOf(...container.args).admission;
    expect(Number(spec.metrics[0].pods.target.averageValue)).toBeLessThan(sessionsMax);
  });

  test("a pod has the time that its drain may take", () => {
    const { drain } = configOf(...container.args);
    const whole = drain.delayMs + drain.timeoutMs! + LIMITS.endTimeoutMs;
    expect(template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(whole);
  });
});

test("the words of the pod are good", async () => {
  const { status, stdout, stderr } = await runProgram(["--check", ...container.args]);
  expect([status, stdout + stderr]).toEqual([0, expect.stringContaining("health at")]);
});

test("its probes are answered, and the metric that scales it is there", async () => {
  const here: Readonly<Record<string, string>> = {
    "--port=8080": "--port=0",
    "--health=0.0.0.0:9091": "--health=127.0.0.1:0",
    "--log-format=json": "--log-format=text",
  };
  const words = container.args.map((word) => here[word] ?? word);
  await using server = await startServer(words);
  const at = (await healthUrl(server)).replace(/\/$/, "");
  const statuses = () =>
    Promise.all(PROBES.map(async ({ httpGet }) => (await fetch(at + httpGet.path)).status));
  expect(await statuses()).toEqual([200, 200, 200]);
  const scaler = parsed<{ spec: { metrics: [{ pods: { metric: { name: string } } }] } }>(
    "kubernetes/autoscaler.yaml",
  );
  const path = template.metadata.annotations["prometheus.io/path"];
  const figures = await (await fetch(`${at}${path}`)).text();
  expect(figures).toContain(`\n${scaler.spec.metrics[0].pods.metric.name} 0\n`);
  using client = await RawClient.open(server);
  client.text("hello");
  expect(await client.line()).toBe("hello");
  server.signal("SIGTERM");
  await server.logged(/ stopping /);
  expect(await statuses()).toEqual([503, 503, 200]); // not ready, and live
  server.signal("SIGTERM");
  expect(await server.exited()).toBe(143);
});

test("Envoy asks the port of --health, and sends clients where the command listens", () => {
  const text = deployed("envoy.yaml");
  const config = configOf(...commandOf(text), "cat");
  const envoy = Bun.YAML.parse(text) as {
    static_resources: {
      clusters: [
        {
          name: string;
          health_checks: { http_health_check: { path: string } }[];
          load_assignment: {
            cluster_name: string;
            endpoints: [{ lb_endpoints: { endpoint: Endpoint }[] }];
          };
        },
      ];
    };
  };
  interface Endpoint {
    readonly address: { readonly socket_address: { readonly port_value: number } };
    readonly health_check_config: { readonly port_value: number };
  }
  const [cluster] = envoy.static_resources.clusters;
  expect(cluster.load_assignment.cluster_name).toBe(cluster.name);
  expect(text).toContain(`cluster: ${cluster.name}\n`);
  expect(cluster.health_checks.map((check) => check.http_health_check.path)).toEqual(["/readyz"]);
  const { lb_endpoints: nodes } = cluster.load_assignment.endpoints[0];
  expect(nodes).toHaveLength(3);
  for (const { endpoint } of nodes) {
    expect(endpoint.address.socket_address.port_value).toBe(config.listen.port);
    expect(endpoint.health_check_config.port_value).toBe(config.health!.port);
  }
});
