/** The algebra of LoRA adapters: what they are made of, compared, and combined into one. */
package org.tune4j.lora.algebra;
