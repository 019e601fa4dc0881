/**
 * Answers judged by a model: graded one by one, or compared in pairs (Zheng et al. 2023). The judge
 * is any endpoint that speaks as OpenAI's chat completions do.
 */
package org.tune4j.eval.judge;
