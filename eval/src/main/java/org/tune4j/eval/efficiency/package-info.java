/**
 * What a model costs: latencies and throughput under load as a Java application sees them, memory
 * and energy. Latencies are named and defined as vLLM's {@code benchmark_serving} does.
 */
package org.tune4j.eval.efficiency;
