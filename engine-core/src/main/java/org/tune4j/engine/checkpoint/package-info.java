/** Files: safetensors, checkpoints, atomic folders. */
package org.tune4j.engine.checkpoint;
