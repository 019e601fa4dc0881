/** LoRA: configuration, adapter, PEFT's files, merging. */
package org.tune4j.lora;
