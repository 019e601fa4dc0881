/**
 * GGUF files: metadata, and tensors in the plain and quantised types of ggml. Knows no model: what
 * names and metadata mean is for others to say.
 */
package org.tune4j.engine.gguf;
