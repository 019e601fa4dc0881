/** Fine-tuning from rows to what was trained: what the trainers of all methods have in common. */
package org.tune4j.engine.trainer;
