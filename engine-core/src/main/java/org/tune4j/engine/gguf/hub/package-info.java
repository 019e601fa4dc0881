/**
 * GGUF files as the hub would have them, and the other way round: metadata and {@code config.json},
 * tensor names and the order of rows, {@code tokenizer.ggml.*} and {@code tokenizer.json}. Source:
 * llama.cpp's converters ({@code convert_hf_to_gguf}) and how it loads each architecture.
 */
package org.tune4j.engine.gguf.hub;
